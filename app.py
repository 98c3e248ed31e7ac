"""Postroom's composition root: settings in, each part made once, joined, served."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from tortoise.connection import get_connection

from bot.activity_handler import PostroomActivityHandler
from bot.adapter import PostroomAdapter
from bot.authentication import JwtAuthenticator
from bot.bot_token import BotToken
from bot.callers import ActivityChecks, Authenticator
from bot.card_actions import card_actions
from bot.commands import Commands, command_table
from bot.connector import Connector
from bot.links import SignedLinks
from bot.loopback import LoopbackUnsigned
from bot.notifier import Notifier
from bot.outgoing import HttpDoor, open_session
from bot.replies import Replies
from bot.routes import Routes
from bot.signing_keys import SigningKeys
from bot.visitors import Visitors
from core.assignment.service import Assignments
from core.audit.seal import seal_audit
from core.clock import Clock, utc_now
from core.conversations.handled import HandledActivities
from core.conversations.open_dialogs import OpenDialogs
from core.database import database, is_postgres
from core.graph.client import GraphClient
from core.graph.http import make_http, make_sign_in_http
from core.graph.sign_in import SignIn
from core.graph.token import AppTokens, UserTokens
from core.jobs.embedded import EmbeddedJobs
from core.jobs.engine import Engine
from core.jobs.schedule import TIMERS
from core.jobs.tasks import Tasks
from core.keyring import KeyRing
from core.mail.feed import GraphFeeds
from core.mail.outlook import Outlook
from core.mail.queries import Threads
from core.mail.sync import MailboxSync
from core.mailboxes.access import Access
from core.mailboxes.doors import GraphFolders, GraphProbes, GraphSubscriptions
from core.mailboxes.offboarding import drop_subscriptions
from core.mailboxes.onboarding import Onboarding
from core.mailboxes.ports import Registration
from core.mailboxes.purge import Purge
from core.mailboxes.service import Mailboxes
from core.mailboxes.subscriptions import Subscriptions
from core.migrate import migrate
from core.outbox.dead_letters import DeadLetters
from core.outbox.delivery import Delivery
from core.outbox.posted import PostedCards
from core.outbox.queue import Outbox
from core.outgoing import AllowedHosts
from core.people.service import People
from core.reports.service import Reports
from core.sealing import Vault
from core.settings import Settings
from core.sweep import Sweep
from dialogs.offboarding import OFFBOARDING
from dialogs.onboarding import ONBOARDING
from dialogs.runner import DialogRunner
from dialogs.services import GrantFacts, Services
from dialogs.talks import Talks

METADATA_TIMEOUT = 60
"""Seconds a missed timer may be late before it is skipped; the sweep makes up for it."""

"""Every part of one Postroom, made once and handed to those that need it."""

from __future__ import annotations

import ssl
from contextlib import (
    AsyncExitStack,
)

from bot.activity_handler import PostroomActivityHandler
from bot.bot_token import BotToken
from bot.card_actions import card_actions
from bot.command_table import command_table
from bot.commands import Commands
from bot.connector import Connector
from bot.links import SignedLinks
from bot.notifier import Notifier
from bot.outgoing import HttpDoor, open_session
from bot.replies import Replies
from bot.visitors import Visitors
from core.assignment.restoring import Restoring
from core.assignment.service import Assignments
from core.audit.seal import Sealer
from core.clock import Clock
from core.conversations.handled import HandledActivities
from core.conversations.open_dialogs import OpenDialogs
from core.graph.client import GraphClient
from core.graph.http import make_http, make_sign_in_http
from core.graph.sign_in import SignIn
from core.graph.token import AppTokens, UserTokens
from core.jobs.tasks import Tasks
from core.keyring import KeyRing
from core.mail.feed import GraphFeeds
from core.mail.queries import Threads
from core.mail.sync import MailboxSync
from core.mailboxes.access import Access
from core.mailboxes.channels import Channels
from core.mailboxes.doors import GraphFolders, GraphProbes
from core.mailboxes.onboarding import Onboarding
from core.mailboxes.policies import Policies
from core.mailboxes.ports import Registration
from core.mailboxes.purge import Purge
from core.mailboxes.service import Mailboxes
from core.mailboxes.subscriptions import Subscriptions
from core.outbox.dead_letters import DeadLetters
from core.outbox.delivery import Delivery
from core.outbox.posted import PostedCards
from core.outbox.queue import Outbox
from core.outgoing import AllowedHosts
from core.people.hours import Hours
from core.people.service import People
from core.ports import Task
from core.reports.service import Reports
from core.rules.ages import AgeRules
from core.rules.reply_texts import ReplyTexts
from core.rules.sending import AutomaticReplies
from core.rules.trials import Simulations
from core.sealing import Vault
from core.settings import Settings
from core.sweep import Sweep
from core.threads.bulk import BulkChanges
from core.threads.bulk_work import BulkWork
from core.threads.followers import Followers
from core.threads.merge import Merges
from core.threads.notes import Notes
from core.threads.presence import Presences
from core.threads.snoozing import Snoozing
from core.threads.tagging import Tags
from core.threads.targets import Targets
from core.threads.warnings import Warnings
from core.threads.write_back import WriteBack
from dialogs.allowing import ALLOWING
from dialogs.consenting import CONSENTING
from dialogs.offboarding import OFFBOARDING
from dialogs.onboarding import ONBOARDING
from dialogs.reply_texts import WRITING_REPLY
from dialogs.runner import DialogRunner
from dialogs.services import GrantFacts, Services
from dialogs.talks import Talks
from wiring.engines import engine, metrics_of
from wiring.rules import rules_of


class Parts:
    """Every part of one Postroom, made once and handed to those that need it."""

    def __init__(self, settings: Settings, now: Clock) -> None:
        self.settings = settings
        self.now = now
        self.ring = KeyRing.from_settings(
            settings.keys.get_secret_value(), settings.lookup_key.get_secret_value()
        )
        self.vault = Vault(self.ring)
        self.hosts = AllowedHosts(settings.outgoing_hosts())
        self.metrics = metrics_of(now) if settings.metrics else None
        self.tasks = Tasks(self.metrics.job) if self.metrics else Tasks()
        self.jobs = engine(settings, self.tasks, now)
        self.outbox = Outbox(self.jobs)

    async def open(self, stack: AsyncExitStack) -> None:
        """Open what speaks to the outside, and make what stands on it."""
        self._open_graph(stack)
        await self._open_channel(stack)
        self._make_core()
        self._make_conversation()
        self._register_tasks()

    def _open_graph(self, stack: AsyncExitStack) -> None:
        settings = self.settings
        http = make_http(self.hosts, settings.ca_file)
        stack.push_async_callback(http.aclose)
        sign_in_http = make_sign_in_http(self.hosts, settings.ca_file)
        stack.callback(sign_in_http.close)
        sign_in = SignIn(
            settings.graph_client_id,
            settings.graph_client_secret.get_secret_value(),
            sign_in_http,
            settings.login_url,
        )
        stack.callback(sign_in.close)
        self.app_tokens = AppTokens(sign_in, settings.graph_url)
        self.user_tokens = UserTokens(sign_in)
        self.graph = GraphClient(http, settings.graph_url)
        self.access = Access(
            self.vault,
            self.now,
            app_tokens=self.app_tokens,
            user_tokens=self.user_tokens,
            outbox=self.outbox,
        )

    async def _open_channel(self, stack: AsyncExitStack) -> None:
        settings = self.settings
        tls = ssl.create_default_context(cafile=settings.ca_file) if settings.ca_file else None
        session = await stack.enter_async_context(open_session(tls))
        self.door = HttpDoor(session, self.hosts)
        token = BotToken(
            self.door,
            app_id=settings.bot_app_id,
            secret=settings.bot_app_password.get_secret_value(),
            tenant=settings.bot_tenant_id,
            login_url=settings.bot_login_url,
        )
        self.connector = Connector(self.door, token, app_id=settings.bot_app_id)

    def _make_core(self) -> None:
        settings, vault, now, jobs = self.settings, self.vault, self.now, self.jobs
        self.assignments = Assignments(self.outbox, now)
        self.people = People(
            vault,
            now,
            frozenset(settings.admins),
            threads=self.assignments,
            outbox=self.outbox,
            jobs=jobs,
        )
        self.mailboxes = Mailboxes(vault, now, threads=self.assignments, jobs=jobs)
        self.onboarding = Onboarding(
            vault,
            now,
            jobs=jobs,
            outbox=self.outbox,
            user_tokens=self.user_tokens,
            probes=GraphProbes(self.graph),
            folders=GraphFolders(self.graph),
            access=self.access,
            registration=Registration(
                settings.graph_client_id,
                f"{settings.public_url}/consent/callback",
                settings.login_url,
                settings.graph_url,
            ),
        )
        self.sync = MailboxSync(
            GraphFeeds(self.graph, self.access),
            vault,
            self.outbox,
            now,
            self.onboarding.needs_consent,
        )
        self.subscriptions = Subscriptions(
            self.graph,
            self.access,
            vault,
            now,
            jobs=jobs,
            notification_url=f"{settings.public_url}/graph/notifications",
        )
        self.tags = Tags(vault, self.outbox, now)
        self.notes = Notes(vault, self.outbox, now)
        self.followers = Followers(self.outbox, now)
        self.merges = Merges(self.outbox, now)
        self.presences = Presences(self.outbox, now)
        self.snoozing = Snoozing(self.assignments, now)
        self.targets = Targets(vault, jobs, now)
        self.age_rules = AgeRules(vault, self.outbox, now)
        self.trials = Simulations(vault, now, jobs=jobs, outbox=self.outbox)
        self.rules = rules_of(vault, now, self.trials)
        self.bulk = BulkChanges(vault, now, jobs=jobs)
        self.cards = PostedCards(now)
        self.handled = HandledActivities(now)

    def _make_conversation(self) -> None:
        settings = self.settings
        self.dead_letters = DeadLetters(self.now, self.outbox)
        self.links = SignedLinks(self.ring, settings.public_url, _install_url(settings))
        self.services = Services(
            people=self.people,
            assignments=self.assignments,
            threads=Threads(self.vault, self.now),
            mailboxes=self.mailboxes,
            onboarding=self.onboarding,
            reports=Reports(self.vault, self.now),
            rules=self.rules,
            dead_letters=self.dead_letters,
            open_dialogs=OpenDialogs(self.now),
            links=self.links,
            features=self.onboarding.features,
            reply_texts=ReplyTexts(self.vault, self.now),
            grant_facts=GrantFacts(settings.graph_client_id),
            bulk=self.bulk,
            tags=self.tags,
            notes=self.notes,
            followers=self.followers,
            merges=self.merges,
            presences=self.presences,
            snoozing=self.snoozing,
            targets=self.targets,
            hours=Hours(self.vault, self.now, jobs=self.jobs, hand_back=self.assignments.hand_back),
            policies=Policies(self.vault, self.now, jobs=self.jobs),
            channels=Channels(self.vault, self.now),
        )
        talks = Talks(DialogRunner((ONBOARDING, CONSENTING, OFFBOARDING, ALLOWING, WRITING_REPLY)))
        commands = Commands(command_table(talks))
        self.handler = PostroomActivityHandler(
            self.services,
            Visitors(self.people, self.tenant_allowed),
            Replies(self.connector, self.people, self.cards),
            self.cards,
            commands,
            card_actions(talks, commands),
            talks,
            self.handled.first_time,
            self.now,
        )
        self.notifier = Notifier(self.services, self.connector, self.cards, self.now)

    def _register_tasks(self) -> None:
        lost = self.onboarding.features.lost
        replies = AutomaticReplies(self.graph, self.access, self.vault, self.outbox, self.now, lost)
        write_back = WriteBack(self.graph, self.access, self.vault, lost)
        delivery = Delivery(
            {
                **self.notifier.handlers(),
                "automatic_reply": replies.send,
                "categories": write_back.write,
            },
            self.now,
            self.people.unreachable,
            settlers={"automatic_reply": replies.settle},
        )
        purge = Purge(self.now, self.jobs, self.outbox)
        sealer = Sealer(self.ring)
        sweep = Sweep(
            self.jobs,
            self.now,
            due_probes=self.onboarding.due_probes,
            forget_old=(
                self.handled.sweep,
                delivery.forget_delivered,
                self.presences.forget_old,
                self.trials.forget_old,
                self.bulk.forget_old,
            ),
            go_on=(self.bulk.queue_unfinished, self.trials.end_stale),
        )

        async def probe_mailbox(mailbox_id: int) -> None:
            await self.onboarding.probe(mailbox_id)

        async def assign_waiting(mailbox_id: int) -> None:
            await self.assignments.assign_waiting(mailbox_id)

        async def wake_snoozed() -> None:
            await self.assignments.wake(self.now())

        async def hand_back() -> None:
            await self.assignments.hand_back(self.now())

        bulk = BulkWork(
            self.assignments,
            Restoring(self.outbox, self.now),
            self.tags,
            self.people.actor_of,
            self.vault,
            self.outbox,
            self.now,
        )
        tasks: dict[str, Task] = {
            "run_bulk": bulk.run,
            "sync_mailbox": self.sync.sync,
            "sync_mailboxes": sweep.sync_mailboxes,
            "probe_mailbox": probe_mailbox,
            "probe_feature": self.onboarding.features.probe_again,
            "assign_waiting": assign_waiting,
            "renew_deadlines": self.targets.renew,
            "warn_of_deadlines": Warnings(self.outbox, self.now).run,
            "wake_snoozed": wake_snoozed,
            "hand_back": hand_back,
            "age_rules": self.age_rules.run,
            "purge_mailbox": purge.run,
            "drop_subscriptions": self.subscriptions.drop,
            "renew_subscriptions": self.subscriptions.renew_due,
            "deliver_outbox": delivery.run,
            "try_rule": self.trials.run,
            "seal_audit": sealer.seal,
            "sweep": sweep.run,
        }
        for name, run in tasks.items():
            self.tasks.register(name, run)

    def tenant_allowed(self, tenant_id: str) -> bool:
        return tenant_id.lower() in self.settings.tenants


def _install_url(settings: Settings) -> str:
    """Teams' page of the app, to forward to who is invited."""
    return f"https://teams.microsoft.com/l/app/{settings.bot_app_id}"

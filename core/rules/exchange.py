"""A mailbox's rules out of Postroom and in again, as YAML."""

from __future__ import annotations

from core.clock import Clock
from core.errors import InvalidInput
from core.people.views import Actor
from core.rules.checks import missing_consent
from core.rules.kept import RuleTexts, rows_of
from core.rules.models import RuleState
from core.rules.names import load_names
from core.rules.scope import mailbox_with_rules
from core.rules.service import Rulebook
from core.rules.views import Imported
from core.rules.yaml_form import from_yaml, to_yaml
from core.sealing import Vault
from core.transactions import transaction

LONGEST_FILE = 100_000
"""Characters."""


class RuleExchange:
    """For leads of the mailbox and admins, as `Rulebook`."""

    def __init__(self, rulebook: Rulebook, vault: Vault, now: Clock) -> None:
        self._rulebook = rulebook
        self._vault = vault
        self._now = now

"""The rulebook and what stands on it."""

from __future__ import annotations

from core.clock import Clock
from core.rules.exchange import RuleExchange
from core.rules.history import RuleHistory
from core.rules.service import Rulebook
from core.rules.teams import Teams
from core.rules.trials import Simulations
from core.sealing import Vault
from dialogs.services import Rules


def rules_of(vault: Vault, now: Clock, trials: Simulations) -> Rules:
    book = Rulebook(vault, now)
    return Rules(
        book=book,
        history=RuleHistory(book, vault, now),
        exchange=RuleExchange(book, vault, now),
        teams=Teams(vault, now),
        trials=trials,
    )

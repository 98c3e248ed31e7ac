"""The two kinds of grant with their two facts each, and what an administrator pastes."""

from __future__ import annotations

from core.mailboxes.grants import facts_promised
from core.mailboxes.models import GrantKind
from dialogs.cards.elements import note, rich, run, text_block
from dialogs.cards.mailboxes import fact_lines
from dialogs.moves import Element

KIND_CHOICES = [
    ("Application grant (recommended)", GrantKind.APPLICATION.value),
    ("Delegated grant", GrantKind.DELEGATED.value),
]


def kind_facts() -> list[Element]:
    """Shown before consent; the ledger shows the same afterwards, as probed."""
    return [
        text_block("Application grant (recommended)", weight="Bolder", separator=True),
        *fact_lines(facts_promised(GrantKind.APPLICATION)),
        note("New mail is noticed at once. An Exchange administrator gives the rights."),
        text_block("Delegated grant", weight="Bolder", separator=True),
        *fact_lines(facts_promised(GrantKind.DELEGATED)),
        note(
            "Somebody with rights to the mailbox signs in. That person's sign-in could reach all "
            "they may read, their own mail included. It ends when their rights do, and new mail "
            "is noticed every few minutes."
        ),
    ]


def waiting_note() -> Element:
    return text_block(
        "The consent is there; the rights take from 30 minutes to 2 hours to spread in Exchange. "
        "I look again by myself and write to you when they have arrived, even if you close this."
    )


def paste_lines(address: str, client_id: str, *, delegated: bool) -> list[Element]:
    """PowerShell for Exchange Online. `address` was checked to hold no quote or dollar.

    https://learn.microsoft.com/exchange/permissions-exo/application-rbac
    """
    scope = _scope(address)
    rights = (
        f"New-ServicePrincipal -AppId {client_id} "
        "-ObjectId <object id of the enterprise application> -DisplayName Postroom",
        f"New-ManagementScope -Name '{scope}' "
        f"-RecipientRestrictionFilter \"PrimarySmtpAddress -eq '{address}'\"",
        _assignment(address, client_id, "Mail.ReadBasic"),
    )
    copies = (
        f"Set-Mailbox '{address}' -MessageCopyForSentAsEnabled $true "
        "-MessageCopyForSendOnBehalfEnabled $true"
    )
    elements = [] if delegated else [_code(line) for line in rights]
    return [
        *elements,
        note("So that answers sent as the mailbox are seen, an Exchange administrator also runs:"),
        _code(copies),
    ]


def role_line(address: str, client_id: str, permission: str) -> Element:
    """PowerShell that adds one right, such as `Mail.Send`, on that mailbox alone."""
    return _code(_assignment(address, client_id, permission))


def _assignment(address: str, client_id: str, permission: str) -> str:
    return (
        f"New-ManagementRoleAssignment -App {client_id} "
        f"-Role 'Application {permission}' -CustomResourceScope '{_scope(address)}'"
    )


def _scope(address: str) -> str:
    return f"Postroom {address}"


def _code(line: str) -> Element:
    return rich(run(line, fontType="Monospace", size="Small"))

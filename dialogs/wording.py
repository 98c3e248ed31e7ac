"""Every error that a person may meet, in words. Nothing they typed is repeated."""

from __future__ import annotations

from core.errors import (
    Absent,
    AlreadyAssigned,
    ConnectorError,
    ExternalError,
    Full,
    GraphAuthFailed,
    GraphError,
    GraphThrottled,
    InvalidInput,
    NotAllowed,
    NotFound,
    PostroomError,
    RecipientUnreachable,
)
from dialogs.rule_wording import rule_words
from dialogs.wording_hours import HOURS_FIELDS, HOURS_HINTS

NOT_FOUND = "There is no such thing, or it is not yours to see."
STALE = "It had changed meanwhile. This is how it stands now."
BUSY = "I am still at your last answer. One moment, please."
IN_PRIVATE = "Please say that to me in 1:1."
ANSWERED_IN_PRIVATE = "I have answered you in 1:1."
ASKED_IN_CHANNEL = "You asked in a channel:"
LEAKED = (
    "That looks like a password or a key. I never need one, and I have not kept it. "
    "Please delete your message in Teams and change that secret."
)

_NEEDS = {
    "admin": "That is for Postroom admins.",
    "lead": "That is for leads of that mailbox.",
    "privacy_officer": "That is for privacy officers.",
    "member": "That is for members of Postroom. An admin can invite you.",
    "last_admin": "The last admin cannot be removed: make somebody else an admin first.",
    "author": "Only who wrote a note can delete it.",
}
_FIELDS = {
    "thread": "I need a thread's number, such as `42`.",
    "person": "I need one person: their first name, full name or address.",
    "people": "I need one or more people: pick them, or type their names with commas between.",
    "member": "I need one person: pick one of the list.",
    "mailbox": "I need one mailbox: pick one of the list, or type its address.",
    "address": "I need the address of a shared mailbox, such as `support@contoso.com`.",
    "period": "I know `today`, `this week`, `last week`, `last month` and `past 30 days`.",
    "kind": "Please pick one of the two kinds of grant.",
    "live_from": "I need a number of days, or `all`.",
    "folders": "Please pick at least one folder, or type `all`.",
    "strategy": (
        "I know five ways to assign: `round robin`, `load balanced`, `weighted`, `skills` and "
        "`pull`."
    ),
    "letter": "I need a number of the list.",
    "answer": "Please pick one of the choices.",
    "role": "That is not a role.",
    "rule": "I cannot use that rule as it is.",
    "rule_number": "I need a rule's number, such as `rule 3`. `rules` lists them.",
    "rule_trial": (
        "I need a rule's number or its line, such as `rules try 3 last 30 days` or "
        "`rules try when subject contains invoice then tag Invoice`."
    ),
    "rule_word": (
        "I know `rule 3 when …`, `on`, `off`, `up`, `down`, `history`, `back to 2` and `delete`."
    ),
    "team": "I need a team's name. `teams` lists them.",
    "team_line": "I need a name and its people, such as `team Finance: Ada, Bo`.",
    "version": "I need a version's number.",
    "grant": "Consent comes first.",
    "feature": "I know `replies`, `write-back` and `bodies`: `allow replies help@contoso.com`.",
    "reply_text": "I need the text of the reply.",
    "reply_name": "I need the name of one text, of 64 characters at most.",
    "bulk": "I need what to do with which threads: `done all from @fabrikam.com`.",
    "tag": "I need the name of a tag, such as `Invoice`.",
    "tag_weight": "I need a tag and a number from 1 to 100, such as `Invoice weighs 3`.",
    "note": "I need the thread's number and the words, such as `note 42 Called back.`",
    "note_number": "I need a note's number: `notes 42` shows it.",
    "priority": "I need a priority: `low`, `normal`, `high` or `urgent`.",
    "merge": "I need two numbers, such as `merge 42 into 17`.",
    "until": "I need a time, such as `tomorrow 9:00`, `4 h`, `monday` or `2026-12-01`.",
    "targets": "I need targets, such as `answer 4h finish 2d` or `urgent answer 30m`.",
    "channel": "That is not a channel.",
    "trial": "I cannot try that now.",
    "duration": "I need a time such as `30m`, `4h` or `2d`, or `off`.",
    **HOURS_FIELDS,
}
_HINTS = {
    "nobody": "I know nobody by that name here.",
    "not_in_channel": (
        "Please say that in a channel or a group chat where I am, and mention me there."
    ),
    "too_many_trials": "Three tries of yours are under way: please wait until one has ended.",
    "not_here": "That mailbox does not write here.",
    "several": "More than one person goes by that name: please give the full name or the address.",
    "not_in_mailbox": "That person does not work this mailbox.",
    "not_ready": "That person has not added Postroom in Teams, so they cannot be given work.",
    "done": "That thread is done: `reopen` it first.",
    "last_admin": "The last admin cannot be removed: make somebody else an admin first.",
    "personal": "That is a member's own mailbox. Only shared mailboxes are worked here.",
    "known": "That mailbox is with us already: `mailboxes` shows it.",
    "not_proved": "Microsoft has not let me into that mailbox yet: consent comes first.",
    "active": "That mailbox is under work already.",
    "paused": "That mailbox is paused: `resume` it first.",
    "onboarding": "That mailbox is still being onboarded.",
    "waiting": "That mailbox still waits for Microsoft.",
    "needs_consent": "That mailbox needs consent first.",
    "offboarded": "That mailbox is offboarded: `onboard` opens it again.",
    "which_mailbox": "Please say which mailbox, by its address.",
    "not_working": "That mailbox is not under work: `mailboxes` shows its state.",
    "application": "That mailbox is opened by an Exchange role: nobody signs in for it.",
    "empty_text": "The text is empty.",
    "long_text": "The text is longer than 4,000 characters.",
    "unknown_field": "I know the fields `{first name}`, `{number}` and `{hours}`, and no others.",
    "lone_brace": "A `{` or `}` stands alone. Fields are `{first name}`, `{number}`, `{hours}`.",
    "too_many_texts": "That mailbox has 50 texts: remove one first.",
    "leaked": LEAKED,
    "bulk_which": (
        "Please say which threads: `unassigned`, `mine`, `of Ada`, `from @fabrikam.com`, "
        "`tagged Invoice`, `in help@contoso.com`, `older than 30 days`."
    ),
    "bulk_word": (
        "I do not know one of those words. Which threads is said by `unassigned`, `mine`, `of`, "
        "`from`, `tagged`, `in` and `older than`; put names of several words in quotes."
    ),
    "bulk_twice": "You said two things that cannot both hold. Please say each once.",
    "bulk_sender": "After `from` I need an address, or a domain such as `@fabrikam.com`.",
    "bulk_age": "I need an age such as `older than 30 days`.",
    "bulk_to": "Please say to whom: `assign all unassigned to Ada`.",
    "bulk_until": "Please say until when: `snooze all from @fabrikam.com until monday`.",
    "bulk_tag": "Please say which tag: `tag all from @fabrikam.com Invoice`.",
    "bulk_old": "That was counted too long ago. Please say it again.",
    "bulk_late": "It is more than ten minutes ago, so it can no longer be undone at once.",
    "bulk_none": (
        "There is nothing of yours to undo: a change of many threads can be undone once it has "
        "ended, for ten minutes."
    ),
    "opted_out": "That person asked not to be given work in that mailbox.",
    "past": "That moment is over: I need one that is still to come.",
    "leads": "Leads must be among the people.",
    "tag_comma": "A tag's name has no comma in it.",
    "many_tags": "A thread has twenty tags at most.",
    "unknown_tag": "That mailbox has no such tag.",
    "long_note": "A note has 2,000 characters at most.",
    "many_notes": "That thread has 200 notes: please delete some first.",
    "no_sender": "Notes are kept with the person who wrote, and there is none.",
    "same_thread": "Those are the same thread.",
    "other_mailbox": "Those threads are in two mailboxes: only threads of one can be merged.",
    "merged": "That thread was merged into another: `show` says which.",
    "until_words": "I need a time, such as `tomorrow 9:00`, `4 h`, `monday` or `2026-12-01`.",
    "until_past": "That time has passed.",
    "until_far": "That is more than a year ahead.",
}

PROBE_REASONS = {
    "not_yet": "The rights have not spread yet.",
    "no_answer": "Microsoft did not answer clearly. Please try again in a few minutes.",
    "too_late": "The rights never arrived. Please check the lines that were run in Exchange.",
    "no_rights": "Whoever signed in has no rights to that mailbox.",
    "no_mailbox": "Microsoft knows no mailbox at that address.",
    "other_mailboxes_open": (
        "Microsoft would let me into other mailboxes too. Take the Mail permissions off "
        "Postroom's app registration in Entra, and keep the Exchange role alone."
    ),
    "bodies_open": (
        "Microsoft would let me read bodies. Take that role or scope back, and keep "
        "Mail.ReadBasic alone."
    ),
    "no_other_mailbox": (
        "I could not try whether other mailboxes are closed to me. Invite somebody who has a "
        "mailbox of their own."
    ),
    "no_message": "The mailbox is empty, so I could not try a body. Send it a message.",
    "headers_withheld": (
        "Microsoft does not tell me by which headers a machine's mail is known, so nothing can "
        "be answered safely."
    ),
    "not_tried": (
        "I could not try it: the mailbox is empty, or Microsoft did not answer clearly. Send it "
        "a message, and try again."
    ),
    "declined": "Consent was declined on Microsoft's page.",
    "scope_refused": "Microsoft did not give the right to read headers.",
    "wider_than_asked": "Microsoft gave more than was asked for, so I did not take it.",
    "other_person": "Somebody else signed in than the person who asked here.",
    "other_tenant": "The sign-in was to another organization.",
    "expired": "The link was no longer good: it works once, for ten minutes.",
}
"""Why a consent or its proof failed, and how to put it right."""

TO_UNDO = {
    "remove_role_assignment": (
        "What only an Exchange administrator can take back: remove Postroom's role assignment "
        "on that mailbox (`Remove-ManagementRoleAssignment`)."
    ),
    "remove_app_consent": (
        "What only that person can take back: Postroom's consent, at https://myapps.microsoft.com."
    ),
}
"""What is left at Microsoft after a consent was taken back, by core's codes."""


_MISSING = {"version": "That rule has no version of that number: its `history` lists them."}
"""Of what only those are asked for who may see where it would be."""


def words(error: PostroomError) -> str:
    """One sentence or two that say what to do; the same for missing and for not theirs."""
    match error:
        case NotFound():
            return _MISSING.get(error.kind, NOT_FOUND)
        case NotAllowed():
            return _NEEDS.get(error.needs, "That is for somebody with another role.")
        case InvalidInput():
            if error.hint.isdecimal() and error.field == "member":
                return _HINTS["nobody" if error.hint == "0" else "several"]
            about_rules = rule_words(error)
            if about_rules is not None:
                return about_rules
            hint = HOURS_HINTS.get((error.field, error.hint)) or _HINTS.get(error.hint)
            return hint or _FIELDS.get(error.field, "I cannot use that.")
        case AlreadyAssigned():
            return "Somebody has that thread already."
        case Full():
            return (
                f"That would be more than the {error.cap} open threads that one person may have "
                "in that mailbox."
            )
        case Absent():
            return "Whoever that would go to is not at work now; `availability` shows who is."
        case GraphAuthFailed():
            return "Microsoft no longer lets me into that mailbox: an admin must consent again."
        case GraphThrottled():
            return "Microsoft asks for a pause. Please try again in a minute."
        case GraphError():
            return "Microsoft 365 did not do that just now. Please try again in a minute."
        case RecipientUnreachable():
            return "I cannot write to you in 1:1: please add Postroom in Teams first."
        case ConnectorError():
            return "Teams did not take my answer just now. Please try again in a minute."
        case ExternalError():
            return "Something outside Postroom did not answer. Please try again in a minute."
        case _:
            return "That did not work. Please try again, or say `help`."

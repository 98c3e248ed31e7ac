"""Why a rule was paused, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

_ON = "Then switch it on again."
_OTHER = "Something it names is gone. Change it, and it goes on."

PAUSED: Mapping[str, str] = {
    "person_gone": "Somebody it names no longer works this mailbox. Name somebody else.",
    "team_gone": "The team it names is gone. Make the team again, or name another.",
    "team_empty": f"Nobody of the team it names works this mailbox. Give it people. {_ON}",
    "text_gone": "The text it replies with is gone. Write the text again, or name another.",
    "replies_off": f"Automatic replies are not allowed in this mailbox. Allow them. {_ON}",
    "bodies_off": "Rules may not look into the bodies of this mailbox. Allow it, and switch the "
    "rule on again; or ask for something else than the body.",
    "bodies_refused": "Microsoft refuses the bodies of this mailbox. An admin must consent to "
    f"them. {_ON}",
    "no_channel": "I have no channel to write to. In one where I am, a lead says `notify here for` "
    f"and the mailbox's address, mentioning me. {_ON}",
    "bad_tag": "The tag it sets cannot be a tag. Give it another name.",
    "bad_pattern": "Its pattern is not one I can search for in safe time. Write a simpler one.",
    "unreadable": "What it said can no longer be read. Delete it, and write it anew.",
}


def paused(code: str | None) -> str:
    return PAUSED.get(code or "", _OTHER)


def paused_notice(number: int, code: str) -> str:
    return f"Rule {number}: {paused(code)} The other rules go on. `rule {number}` shows it."

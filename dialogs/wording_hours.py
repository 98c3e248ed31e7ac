"""What is said where hours, dates or a mailbox's policy cannot be read or used."""

from __future__ import annotations

HOURS_FIELDS = {
    "week": "I need hours such as `mon-fri 9:00-12:30 13:30-17:00; sat 10:00-12:00`, or `always`.",
    "timezone": "I need a time zone such as `Europe/Berlin`.",
    "holidays": (
        "I need a country or a region of one, such as `DE`, `DE-BY` or `US-CA`, or `none`."
    ),
    "date": (
        "I need a day such as `friday`, `tomorrow`, `3 Dec` or `2026-12-03`. I understand "
        "`until friday`, `through friday` and `1 Dec to 12 Dec`."
    ),
    "absence": "I need one of the times away on the list.",
    "capacity": "I need a number from 1 to 1000, or `none` for no limit.",
    "weight": "I need people and shares from 1 to 100, such as `Ada 2, Bob 1`.",
    "skills": "I need a person and up to 50 tags, such as `Ada: invoice, returns`.",
    "pool": "I need the people who are given work, with commas between, or `everybody`.",
    "sticky": "Please pick one of the three.",
    "sticky_hours": "I need a number of hours from 1 to 168.",
    "sticky_sender_days": "I need a number of days from 1 to 366, or none.",
    "hand_back": "Please pick what becomes of unfinished threads.",
}
"""By the field of an InvalidInput."""

HOURS_HINTS = {
    ("week", "empty"): "A span of hours must begin before it ends.",
    ("week", "night"): (
        "That would go on far into the next morning. Do you mean the afternoon: `9:00-17:00` or "
        "`9am-5pm`?"
    ),
    ("week", "overlap"): "Two spans of one day overlap.",
    ("week", "long"): "That is too long to keep: please say it in fewer spans.",
    ("timezone", "unknown"): "I do not know that time zone. I need one such as `Europe/Berlin`.",
    ("holidays", "unknown"): (
        "I know no public holidays of there. I need a country or a region of one, such as `DE`, "
        "`DE-BY` or `US-CA`."
    ),
    ("date", "past"): "That is over already.",
    ("date", "far"): "That is more than two years ahead.",
    ("date", "order"): "The last day is before the first.",
    ("absence", "many"): "That is too many times away: take some back first.",
    ("absence", "not_away"): "Nobody was away: there is nothing to end.",
    ("hand_back", "colleague"): "That colleague does not work this mailbox.",
}
"""By the field and the hint of an InvalidInput."""

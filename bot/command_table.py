"""The table of commands: what to say, what it does, who may, and the function that does it.

One tuple a subject; `help`, the manifest and the README list them in this order.
"""

from __future__ import annotations

from bot.commands import Command as row
from bot.commands import Commands, Who, under
from dialogs import (
    allowing,
    assignment,
    availability,
    bulk,
    channels,
    lists,
    mailboxes,
    notes,
    people,
    policies,
    reply_texts,
    reports,
    rule_lines,
    rules,
    rules_exchange,
    rules_try,
    tags,
    targets,
    teams,
    thread_life,
)
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.talks import Talks
from dialogs.turns import Turn

MEMBER, ADMIN = Who.MEMBER, Who.ADMIN
# fmt: off

THREADS = (
    row(("queue", "my queue", "mine"), "queue", "your open threads", MEMBER,
        assignment.queue, in_manifest=True),
    row(("unassigned",), "unassigned", "what nobody has", MEMBER,
        assignment.unassigned, in_manifest=True),
    row(("show", "thread"), "show 42", "one thread", MEMBER, assignment.show),
    row(("take",), "take 42", "make a thread yours", MEMBER,
        assignment.take, in_manifest=True),
    row(("next",), "next", "take the next thread that waits, also `next help@contoso.com`", MEMBER,
        assignment.next_one),
    row(("assign",), "assign 42 to Ada", "pass a thread on", MEMBER,
        assignment.assign, in_manifest=True),
    row(("release", "put back"), "release 42", "put a thread back", MEMBER,
        assignment.release, in_manifest=True),
    row(("done", "finish"), "done 42", "finish a thread", MEMBER,
        assignment.finish, in_manifest=True),
    row(("reopen",), "reopen 42", "open a finished thread again", MEMBER, assignment.reopen),
    row(("why",), "why 42", "why a thread is whose", MEMBER, assignment.why),
)

BULK = (
    row(("assign all",), "assign all unassigned from @fabrikam.com to Ada",
        "assign many threads at once, counted first", MEMBER, bulk.assign_all),
    row(("done all", "finish all"), "done all tagged Newsletter",
        "finish many threads: `from`, `of`, `tagged`, `in`, `older than`", MEMBER,
        bulk.done_all),
    row(("release all", "put back all"), "release all of Ada", "put many threads back", MEMBER,
        bulk.release_all),
    row(("snooze all",), "snooze all from @fabrikam.com until monday",
        "let many threads rest", MEMBER, bulk.snooze_all),
    row(("tag all",), "tag all from @fabrikam.com Invoice", "tag many threads", MEMBER,
        bulk.tag_all),
    row(("undo",), "undo", "undo your last change of many threads, for ten minutes", MEMBER,
        bulk.undo),
)

LIFE = (
    row(("snooze",), "snooze 42 until tomorrow 9:00", "let a thread sleep", MEMBER,
        thread_life.snooze),
    row(("wake",), "wake 42", "end a snooze: the thread is yours", MEMBER, assignment.take),
    row(("snoozed",), "snoozed", "what you let sleep", MEMBER, lists.snoozed),
    row(("priority",), "priority 42 high", "low, normal, high or urgent", MEMBER,
        thread_life.priority),
    row(("tag",), "tag 42 Invoice", "put tags on a thread, with commas between", MEMBER,
        tags.tag),
    row(("untag",), "untag 42 Invoice", "take tags off", MEMBER, tags.untag),
    row(("tags",), "tags help@…", "the tags of a mailbox and their effort", MEMBER, tags.tags),
    row(("note",), "note 42 Called back.", "add a private note", MEMBER,
        notes.note, private=True),
    row(("notes",), "notes 42", "the notes on a thread", MEMBER, notes.notes, private=True),
    row(("note delete", "delete note"), "note delete 7", "delete a note of yours", MEMBER,
        notes.delete, private=True),
    row(("follow",), "follow 42", "hear of all that happens in a thread", MEMBER,
        thread_life.follow),
    row(("watch",), "watch 42", "hear once, of the sender's next mail", MEMBER,
        thread_life.watch),
    row(("unfollow", "unwatch"), "unfollow 42", "hear no more of a thread", MEMBER,
        thread_life.unfollow),
    row(("following",), "following", "what you follow", MEMBER, lists.following),
    row(("answering",), "answering 42", "show others that you write an answer", MEMBER,
        thread_life.answering),
    row(("merge",), "merge 42 into 17", "make two threads one, for good", MEMBER,
        thread_life.merge),
    row(("targets", "target"), "targets help@… answer 4h finish 2d",
        "set how fast a mailbox wants to be; by a lead. `targets help@…` shows it",
        MEMBER, targets.targets),
    row(("overdue",), "overdue", "what is late in your mailboxes", MEMBER, lists.overdue),
)

REPORTS = (
    row(("report",), "report last week", "figures of your mailboxes", MEMBER,
        reports.report, in_manifest=True),
)

RULES = (
    row(("rules",), "rules", "the rules of a mailbox, in their order; by a lead", MEMBER,
        rules.rules, private=True, by_lead=True),
    row(("rule add",), "rule add help@contoso.com when subject contains invoice then tag Invoice",
        "make a rule; without a line, type it on a card; by a lead", MEMBER,
        rule_lines.add, private=True, by_lead=True),
    row(("when",), "when subject contains invoice then assign to Ada", "make a rule; by a lead",
        MEMBER, rule_lines.when, private=True, by_lead=True),
    row(("rule",), "rule 3",
        "one rule, and its `history`; `rule 3 when …` changes it, as do `on`, `off`, `up`, `down`,"
        " `delete` and `back to 2`; by a lead", MEMBER, rules.rule, private=True, by_lead=True),
    row(("rules try", "rule try"), "rules try 3 last 30 days",
        "try a rule, or `in help@contoso.com when … then …`, on mail of the past; by a lead",
        MEMBER, rules_try.try_, private=True, by_lead=True),
    row(("rules export",), "rules export help@contoso.com", "rules as YAML; by a lead", MEMBER,
        rules_exchange.export, private=True, by_lead=True),
    row(("rules import",), "rules import help@contoso.com",
        "rules from YAML, all or none; by a lead", MEMBER,
        rules_exchange.import_, private=True, by_lead=True),
    row(("teams",), "teams", "the teams of a mailbox, for rules to assign to; by a lead",
        MEMBER, teams.teams, private=True, by_lead=True),
    row(("team",), "team Finance in help@contoso.com: Ada, Bo", "make or change a team; by a lead",
        MEMBER,
        teams.team, private=True, by_lead=True),
    row(("team delete",), "team delete Finance in help@contoso.com", "end a team; by a lead",
        MEMBER, teams.drop, private=True, by_lead=True),
)

MAILBOXES = (
    row(("mailboxes",), "mailboxes", "the shared mailboxes and their state", MEMBER,
        mailboxes.mailboxes, in_manifest=True),
    row(("pause",), "pause", "stop reading and assigning a mailbox", ADMIN,
        mailboxes.pause, private=True),
    row(("resume",), "resume", "go on with a paused mailbox", ADMIN,
        mailboxes.resume, private=True),
    row(("consent", "consents"), "consent", "consents given, and taking them back", MEMBER,
        mailboxes.consent, private=True),
)

PEOPLE = (
    row(("people",), "people", "who is ready, invited or unreachable", MEMBER,
        people.people, in_manifest=True),
    row(("people invite",), "people invite", "invite the people of a team", ADMIN,
        people.invite),
    row(("become admin",), "become admin", "become the first admin, by an Entra role", MEMBER,
        people.become_admin, private=True),
    row(("people remove",), "people remove Ada", "remove a person", ADMIN,
        people.remove, private=True),
)

AVAILABILITY = (
    row(("availability",), "availability", "who is at work now, and who is back when", MEMBER,
        availability.availability),
    row(("hours", "my hours"), "hours",
        "your hours and time away; `hours mon-fri 9:00-17:00 Europe/Berlin DE-BY` sets them",
        MEMBER, availability.hours),
    row(("hours of",), "hours of Ada", "the same for somebody of your mailboxes, by a lead", MEMBER,
        availability.hours_of, by_lead=True),
    row(("away", "sick", "vacation"), "away until friday",
        "be given nothing; also `away`, `away 1 Dec to 12 Dec`, and by a lead `away Ada`", MEMBER,
        availability.away),
    row(("day off", "days off"), "day off tomorrow", "be given nothing on a day", MEMBER,
        availability.day_off),
    row(("i am back", "i'm back", "i\u2019m back", "im back"), "i am back", "be given work again",
        MEMBER, availability.back),
    row(("time zone", "timezone"), "time zone",
        "the organization's; `time zone Europe/Berlin DE-BY` sets it and its holidays", ADMIN,
        availability.time_zone, private=True),
    row(("opt out",), "opt out help@contoso.com", "be given nothing new in a mailbox", MEMBER,
        policies.opt_out),
    row(("opt in",), "opt in help@contoso.com", "be given work there again", MEMBER,
        policies.opt_in),
)

POLICIES = (
    row(("policy",), "policy help@contoso.com", "how a mailbox hands out its threads", MEMBER,
        policies.policy),
    row(("strategy",), "strategy help@contoso.com round robin",
        "also `load balanced`, `weighted`, `skills`, `pull`; by a lead", MEMBER,
        policies.strategy, by_lead=True),
    row(("capacity",), "capacity help@contoso.com 12",
        "the most a person may have open; by a lead", MEMBER, policies.capacity, by_lead=True),
    row(("business hours",), "business hours help@contoso.com always",
        "or `mon-fri 9:00-17:00 Europe/Berlin DE-BY`; by a lead", MEMBER,
        policies.business_hours, by_lead=True),
    row(("pool",), "pool help@contoso.com everybody", "who is given work; by a lead", MEMBER,
        policies.pool, by_lead=True),
    row(("weights",), "weights help@contoso.com Ada 2, Bob 1",
        "shares under `weighted`; by a lead", MEMBER, policies.weights, by_lead=True),
    row(("skills",), "skills help@contoso.com Ada: invoice, returns",
        "the tags a person takes under `skills`; by a lead", MEMBER, policies.skills, by_lead=True),
    row(("notify here",), "notify here for help@contoso.com",
        "said in a channel or group chat: rules that `notify channel` write there; by a lead",
        MEMBER, channels.notify_here, by_lead=True),
    row(("notify here off",), "notify here off for help@contoso.com",
        "they write there no more; by a lead", MEMBER, channels.notify_here_off, by_lead=True),
)

OPERATIONS = (
    row(("dead letters retry", "retry"), "dead letters retry 7", "try one again", ADMIN,
        reports.retry, private=True),
    row(("dead letters", "deadletters"), "dead letters", "what could not be delivered", ADMIN,
        reports.dead_letters, private=True),
)


def command_table(talks: Talks) -> tuple[row, ...]:
    async def help_(services: Services, turn: Turn, rest: str) -> Reply:
        actor = turn.actor
        return await talks.help(services, turn, commands.help(actor, rest) or commands.help(actor))

    onboarding = (
        row(("onboard",), "onboard", "open a shared mailbox", ADMIN,
            talks.onboard, private=True),
        row(("allow",), "allow replies", "allow replies, write-back or bodies in a mailbox", ADMIN,
            talks.allow, private=True),
        row(("disallow",), "disallow replies", "take one of them back", ADMIN,
            allowing.disallow, private=True),
        row(("reply text",), "reply text", "write the text of an automatic reply; by a lead",
            MEMBER,
            talks.write_reply, private=True, by_lead=True),
        row(("replies", "reply texts"), "replies", "texts of automatic replies", MEMBER,
            reply_texts.replies, private=True),
        row(("offboard",), "offboard", "leave a mailbox, keeping or purging its data", ADMIN,
            talks.offboard, private=True),
    )
    conversation = (
        row(("cancel", "stop"), "cancel", "end what is being asked", MEMBER,
            talks.cancel, private=True),
        row(("back",), "back", "one step back; where nothing is asked, as `i am back`", MEMBER,
            talks.back, private=True),
        row(("hi", "hello", "hey", "hallo"), "hi", "what Postroom is", MEMBER, talks.hello),
        row(("help", "?"), "help",
            "what you can say, also `help rules`; in the middle of a question, help with it",
            MEMBER, help_, in_manifest=True),
    )
    table = (
        *under("Threads", THREADS),
        *under("Bulk changes", BULK),
        *under("Snooze, tags, notes, targets", LIFE),
        *under("Hours and absence", AVAILABILITY),
        *under("Rules and teams", RULES),
        *under("Reports", REPORTS),
        *under("Mailboxes", MAILBOXES),
        *under("Policy", POLICIES),
        *under("Onboarding and replies", onboarding),
        *under("People", PEOPLE),
        *under("Operations", OPERATIONS),
        *under("Conversation", conversation),
    )
    commands = Commands(table)
    return table

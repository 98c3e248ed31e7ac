from core.rules.trouble import CODES
from dialogs.paused_rules import PAUSED, paused, paused_notice


def test_every_cause_says_what_to_do():
    assert set(PAUSED) == set(CODES)


def test_the_notice_names_the_rule_by_its_number_alone():
    assert paused_notice(7, "person_gone").startswith("Rule 7: Somebody it names")


def test_an_unknown_cause_has_words_too():
    assert paused("from a later version") == paused(None)

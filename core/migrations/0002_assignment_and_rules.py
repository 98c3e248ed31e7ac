from tortoise import migrations
from tortoise.migrations import operations as ops
from core.mail.models import EventKind, Priority
from core.mailboxes.models import HandBack, Sticky, Strategy
from core.rules.models import RuleState, TrialState
from core.threads.models import BulkState, TargetKind, WarningStage
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('postroom', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Absence',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('postroom.Organization', source_field='organization_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('member', fields.ForeignKeyField('postroom.Member', source_field='member_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('starts_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'absence', 'app': 'postroom', 'indexes': [Index(fields=['member_id', 'ends_at'])], 'pk_attr': 'id', 'table_description': 'A time in which a member is given nothing. Why they are away is not kept.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='BulkChange',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('postroom.Organization', source_field='organization_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('by', fields.ForeignKeyField('postroom.Member', source_field='by_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('state', fields.CharEnumField(default=BulkState.PREVIEW, description='PREVIEW: preview\nRUNNING: running\nDONE: done\nUNDOING: undoing\nUNDONE: undone', enum_type=BulkState, max_length=8)),
                ('change', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ('total', fields.IntField(default=0)),
                ('done', fields.IntField(default=0)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('finished_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('undo_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'bulk_change', 'app': 'postroom', 'indexes': [Index(fields=['by_id', 'created_at'])], 'pk_attr': 'id', 'table_description': 'One change to many threads: counted first, then done, undone within ten minutes.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='BulkItem',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('bulk', fields.ForeignKeyField('postroom.BulkChange', source_field='bulk_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('thread', fields.ForeignKeyField('postroom.MailThread', source_field='thread_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('outcome', fields.CharField(null=True, max_length=32)),
                ('before', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ('version_after', fields.IntField(null=True)),
            ],
            options={'table': 'bulk_item', 'app': 'postroom', 'unique_together': (('bulk', 'thread'),), 'pk_attr': 'id', 'table_description': 'One thread of a bulk change, with how it was before.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Follower',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('thread', fields.ForeignKeyField('postroom.MailThread', source_field='thread_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('member', fields.ForeignKeyField('postroom.Member', source_field='member_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('only_next', fields.BooleanField(default=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'follower', 'app': 'postroom', 'unique_together': (('thread', 'member'),), 'indexes': [Index(fields=['member_id'])], 'pk_attr': 'id', 'table_description': 'Hears of a thread that is not theirs.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='MailboxChannel',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('postroom.Organization', source_field='organization_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('mailbox', fields.OneToOneField('postroom.Mailbox', source_field='mailbox_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('service_url', fields.CharField(max_length=255)),
                ('conversation_id', fields.CharField(max_length=255)),
                ('team_id', fields.CharField(null=True, max_length=255)),
                ('bot_id', fields.CharField(max_length=255)),
                ('added_by', fields.ForeignKeyField('postroom.Member', source_field='added_by_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.SET_NULL)),
                ('added_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'mailbox_channel', 'app': 'postroom', 'indexes': [Index(fields=['organization_id', 'conversation_id'])], 'pk_attr': 'id', 'table_description': "The Teams channel or group chat that hears of a mailbox's threads, and no name of it."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Note',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('postroom.Organization', source_field='organization_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('thread', fields.ForeignKeyField('postroom.MailThread', source_field='thread_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('author', fields.ForeignKeyField('postroom.Member', source_field='author_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.SET_NULL)),
                ('sealed_text', fields.BinaryField(null=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'note', 'app': 'postroom', 'indexes': [Index(fields=['thread_id', 'id'])], 'pk_attr': 'id', 'table_description': "A private note: our words about a thread, sealed under its correspondent's key."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Presence',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('thread', fields.ForeignKeyField('postroom.MailThread', source_field='thread_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('member', fields.ForeignKeyField('postroom.Member', source_field='member_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('seen_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('answering_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'presence', 'app': 'postroom', 'unique_together': (('thread', 'member'),), 'indexes': [Index(fields=['seen_at'])], 'pk_attr': 'id', 'table_description': "Who has a thread's card open, and who is answering it. Both lapse by themselves."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ReplyText',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('postroom.Organization', source_field='organization_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('mailbox', fields.ForeignKeyField('postroom.Mailbox', source_field='mailbox_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('name', fields.CharField(max_length=64)),
                ('sealed_text', fields.BinaryField(null=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'reply_text', 'app': 'postroom', 'unique_together': (('mailbox', 'name'),), 'pk_attr': 'id', 'table_description': 'The text of an automatic reply: our words, with fields to fill in.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Rule',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('postroom.Organization', source_field='organization_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('mailbox', fields.ForeignKeyField('postroom.Mailbox', source_field='mailbox_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('number', fields.IntField()),
                ('position', fields.IntField()),
                ('state', fields.CharEnumField(default=RuleState.ON, description='ON: on\nOFF: off\nPAUSED: paused', enum_type=RuleState, max_length=8)),
                ('pause_code', fields.CharField(null=True, max_length=32)),
                ('version', fields.IntField(default=1)),
                ('sealed_text', fields.BinaryField(null=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('deleted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'rule', 'app': 'postroom', 'unique_together': (('organization', 'number'),), 'indexes': [Index(fields=['mailbox_id', 'position'])], 'pk_attr': 'id', 'table_description': 'One rule of a mailbox. What it says is sealed: it may name people outside.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AgeLook',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('postroom.Organization', source_field='organization_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('thread', fields.ForeignKeyField('postroom.MailThread', source_field='thread_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('rule', fields.ForeignKeyField('postroom.Rule', source_field='rule_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('waiting_since', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('hours', fields.IntField()),
                ('acted', fields.BooleanField()),
            ],
            options={'table': 'age_look', 'app': 'postroom', 'indexes': [Index(fields=['thread_id', 'rule_id'])], 'pk_attr': 'id', 'table_description': 'A rule looked at how long a thread has waited. It looks once an age, and acts once a wait.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ReplyMark',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('postroom.Organization', source_field='organization_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('mailbox', fields.ForeignKeyField('postroom.Mailbox', source_field='mailbox_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('thread', fields.ForeignKeyField('postroom.MailThread', source_field='thread_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('correspondent', fields.ForeignKeyField('postroom.Correspondent', source_field='correspondent_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('rule', fields.ForeignKeyField('postroom.Rule', source_field='rule_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.SET_NULL)),
                ('message_id', fields.BigIntField()),
                ('text_id', fields.BigIntField()),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('sent_id', fields.CharField(null=True, max_length=255)),
            ],
            options={'table': 'reply_mark', 'app': 'postroom', 'unique_together': (('thread', 'correspondent'),), 'indexes': [Index(fields=['correspondent_id', 'at']), Index(fields=['mailbox_id', 'at']), Index(fields=['sent_id'])], 'pk_attr': 'id', 'table_description': "An automatic reply that was queued: what 'at most once' is kept by."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RuleTrial',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('postroom.Organization', source_field='organization_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('mailbox', fields.ForeignKeyField('postroom.Mailbox', source_field='mailbox_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('member', fields.ForeignKeyField('postroom.Member', source_field='member_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('rule', fields.ForeignKeyField('postroom.Rule', source_field='rule_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.SET_NULL)),
                ('sealed_text', fields.BinaryField(null=True)),
                ('starts_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('state', fields.CharEnumField(default=TrialState.QUEUED, description='QUEUED: queued\nRUNNING: running\nDONE: done\nFAILED: failed', enum_type=TrialState, max_length=8)),
                ('messages', fields.IntField(default=0)),
                ('done', fields.IntField(default=0)),
                ('found', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('moved_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'rule_trial', 'app': 'postroom', 'indexes': [Index(fields=['member_id', 'created_at'])], 'pk_attr': 'id', 'table_description': 'A rule tried on mail of the past: what it says, how far the trial is, what it found.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RuleVersion',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('rule', fields.ForeignKeyField('postroom.Rule', source_field='rule_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('version', fields.IntField()),
                ('sealed_text', fields.BinaryField(null=True)),
                ('change', fields.CharField(max_length=16)),
                ('by', fields.ForeignKeyField('postroom.Member', source_field='by_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.SET_NULL)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'rule_version', 'app': 'postroom', 'unique_together': (('rule', 'version'),), 'pk_attr': 'id', 'table_description': 'What a rule said, who changed it so, and when.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Tag',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('postroom.Organization', source_field='organization_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('mailbox', fields.ForeignKeyField('postroom.Mailbox', source_field='mailbox_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('name_hash', fields.CharField(max_length=32)),
                ('sealed_name', fields.BinaryField(null=True)),
                ('weight', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'tag', 'app': 'postroom', 'unique_together': (('mailbox', 'name_hash'),), 'pk_attr': 'id', 'table_description': 'A word for threads, and an Outlook category where the mailbox writes back.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='MemberSkill',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('place', fields.ForeignKeyField('postroom.MailboxMember', source_field='place_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('tag', fields.ForeignKeyField('postroom.Tag', source_field='tag_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'member_skill', 'app': 'postroom', 'unique_together': (('place', 'tag'),), 'pk_attr': 'id', 'table_description': 'A person of a mailbox can take threads with this tag.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Target',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('postroom.Organization', source_field='organization_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('mailbox', fields.ForeignKeyField('postroom.Mailbox', source_field='mailbox_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('tag', fields.ForeignKeyField('postroom.Tag', source_field='tag_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('priority', fields.CharEnumField(null=True, description='LOW: low\nNORMAL: normal\nHIGH: high\nURGENT: urgent', enum_type=Priority, max_length=8)),
                ('kind', fields.CharEnumField(description='ANSWER: answer\nFINISH: finish', enum_type=TargetKind, max_length=8)),
                ('minutes', fields.IntField()),
            ],
            options={'table': 'target', 'app': 'postroom', 'indexes': [Index(fields=['mailbox_id'])], 'pk_attr': 'id', 'table_description': 'How fast a mailbox wants to be: for one tag, one priority, or all.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TargetWarning',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('thread', fields.ForeignKeyField('postroom.MailThread', source_field='thread_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='ANSWER: answer\nFINISH: finish', enum_type=TargetKind, max_length=8)),
                ('stage', fields.CharEnumField(description='BEFORE: before\nAFTER: after', enum_type=WarningStage, max_length=8)),
                ('due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'target_warning', 'app': 'postroom', 'unique_together': (('thread', 'kind', 'stage', 'due_at'),), 'pk_attr': 'id', 'table_description': 'A warning that was given: each is given once.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Team',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('postroom.Organization', source_field='organization_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('mailbox', fields.ForeignKeyField('postroom.Mailbox', source_field='mailbox_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('name', fields.CharField(max_length=64)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'team', 'app': 'postroom', 'unique_together': (('mailbox', 'name'),), 'pk_attr': 'id', 'table_description': "A named group of a mailbox's people that rules assign to: 'Finance pool'."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TeamMember',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('team', fields.ForeignKeyField('postroom.Team', source_field='team_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('member', fields.ForeignKeyField('postroom.Member', source_field='member_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'team_member', 'app': 'postroom', 'unique_together': (('team', 'member'),), 'pk_attr': 'id', 'table_description': 'A person of such a group.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ThreadTag',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('thread', fields.ForeignKeyField('postroom.MailThread', source_field='thread_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('tag', fields.ForeignKeyField('postroom.Tag', source_field='tag_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('by_outlook', fields.BooleanField(default=False)),
            ],
            options={'table': 'thread_tag', 'app': 'postroom', 'unique_together': (('thread', 'tag'),), 'indexes': [Index(fields=['tag_id'])], 'pk_attr': 'id', 'table_description': 'A thread has a tag.'},
            bases=['Model'],
        ),
        ops.RemoveIndex(
            model_name='MailThread',
            name=None,
            fields=['assignee_id', 'state', 'last_received_at', 'mailbox_id'],
        ),
        ops.AddField(
            model_name='MailThread',
            name='answer_due_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='MailThread',
            name='effort',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddField(
            model_name='MailThread',
            name='finish_due_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='MailThread',
            name='merged_into',
            field=fields.ForeignKeyField('postroom.MailThread', source_field='merged_into_id', null=True, db_constraint=True, to_field='id', related_name='merged', on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='MailThread',
            name='priority',
            field=fields.CharEnumField(default=Priority.NORMAL, description='LOW: low\nNORMAL: normal\nHIGH: high\nURGENT: urgent', db_default=Priority.NORMAL, enum_type=Priority, max_length=8),
        ),
        ops.AddField(
            model_name='MailThread',
            name='snoozed_until',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='MailThread',
            name='waits_for',
            field=fields.ForeignKeyField('postroom.Member', source_field='waits_for_id', null=True, db_constraint=True, to_field='id', related_name='awaited', on_delete=OnDelete.SET_NULL),
        ),
        ops.AddIndex(
            model_name='MailThread',
            index=Index(fields=['assignee_id', 'state', 'last_received_at', 'mailbox_id', 'priority', 'answer_due_at', 'finish_due_at']),
        ),
        ops.AddIndex(
            model_name='MailThread',
            index=Index(fields=['state', 'snoozed_until']),
        ),
        ops.AddIndex(
            model_name='MailThread',
            index=Index(fields=['answer_due_at']),
        ),
        ops.AddIndex(
            model_name='MailThread',
            index=Index(fields=['finish_due_at']),
        ),
        ops.AlterField(
            model_name='Mailbox',
            name='strategy',
            field=fields.CharEnumField(default=Strategy.LOAD_BALANCED, description='ROUND_ROBIN: round_robin\nLOAD_BALANCED: load_balanced\nWEIGHTED: weighted\nSKILLS: skills\nPULL: pull', enum_type=Strategy, max_length=16),
        ),
        ops.AddField(
            model_name='Mailbox',
            name='capacity',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Mailbox',
            name='counts_effort',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Mailbox',
            name='fair_share',
            field=fields.BooleanField(default=True, db_default=True),
        ),
        ops.AddField(
            model_name='Mailbox',
            name='hand_back',
            field=fields.CharEnumField(default=HandBack.KEEP, description='KEEP: keep\nPOOL: pool\nCOLLEAGUE: colleague', db_default=HandBack.KEEP, enum_type=HandBack, max_length=16),
        ),
        ops.AddField(
            model_name='Mailbox',
            name='hand_back_to',
            field=fields.ForeignKeyField('postroom.Member', source_field='hand_back_to_id', null=True, db_constraint=True, to_field='id', related_name='handed_to', on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='Mailbox',
            name='holidays',
            field=fields.CharField(null=True, max_length=16),
        ),
        ops.AddField(
            model_name='Mailbox',
            name='reads_bodies',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Mailbox',
            name='sends_replies',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Mailbox',
            name='sticky',
            field=fields.CharEnumField(default=Sticky.IF_AVAILABLE, description='IF_AVAILABLE: if_available\nWITHIN_HOURS: within_hours\nALWAYS: always', db_default=Sticky.IF_AVAILABLE, enum_type=Sticky, max_length=16),
        ),
        ops.AddField(
            model_name='Mailbox',
            name='sticky_hours',
            field=fields.IntField(default=4, db_default=4),
        ),
        ops.AddField(
            model_name='Mailbox',
            name='sticky_sender_days',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Mailbox',
            name='timezone',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='Mailbox',
            name='week',
            field=fields.CharField(default='', db_default='', max_length=255),
        ),
        ops.AddField(
            model_name='Mailbox',
            name='writes_back',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='MailboxMember',
            name='credit',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='MailboxMember',
            name='opted_out',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='MailboxMember',
            name='weight',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddField(
            model_name='Member',
            name='holidays',
            field=fields.CharField(null=True, max_length=16),
        ),
        ops.AddField(
            model_name='Member',
            name='timezone',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='Member',
            name='week',
            field=fields.CharField(default='', db_default='', max_length=255),
        ),
        ops.AlterField(
            model_name='Organization',
            name='timezone',
            field=fields.CharField(default='UTC', db_default='UTC', max_length=64),
        ),
        ops.AddField(
            model_name='Organization',
            name='holidays',
            field=fields.CharField(default='', db_default='', max_length=16),
        ),
        ops.RemoveIndex(
            model_name='ThreadEvent',
            name=None,
            fields=['mailbox_id', 'at'],
        ),
        ops.AlterField(
            model_name='ThreadEvent',
            name='kind',
            field=fields.CharEnumField(description='RECEIVED: received\nASSIGNED: assigned\nTAKEN: taken\nRELEASED: released\nSNOOZED: snoozed\nWOKEN: woken\nANSWERED: answered\nFINISHED: finished\nREOPENED: reopened\nMERGED: merged', enum_type=EventKind, max_length=16),
        ),
        ops.AddIndex(
            model_name='ThreadEvent',
            index=Index(fields=['mailbox_id', 'at', 'kind', 'member_id']),
        ),
    ]

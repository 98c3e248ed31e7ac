import pytest
from pydantic import SecretStr

from core.errors import ConfigError
from core.keyring import new_settings
from core.outgoing import AllowedHosts
from core.settings import PREFIX, PackageSettings, Settings, load, markdown_table
from tests.house import ROOT

GUID = "0a0a0a0a-0000-4000-8000-00000000000b"
OTHER = "0a0a0a0a-0000-4000-8000-00000000000c"
MARKER = "m4rk3r"

TABLE_BEGINS, TABLE_ENDS = "<!-- settings begin -->\n", "\n<!-- settings end -->"


@pytest.fixture
def environ() -> dict[str, str]:
    """All that is needed, and no more."""
    return {
        "POSTROOM_BOT_APP_ID": GUID,
        "POSTROOM_BOT_APP_PASSWORD": f"{MARKER}-password",
        "POSTROOM_BOT_TENANT_ID": GUID,
        "POSTROOM_GRAPH_CLIENT_ID": OTHER,
        "POSTROOM_GRAPH_CLIENT_SECRET": f"{MARKER}-secret",
        "POSTROOM_PUBLIC_URL": "https://postroom.contoso.example/",
        "POSTROOM_DATABASE_URL": f"postgres://postroom:{MARKER}@db.contoso.example/postroom",
        **new_settings(),
    }


def problems_of(environ: dict[str, str]) -> dict[str, str]:
    with pytest.raises(ConfigError) as refused:
        load(environ)
    return dict(problem.split(": ", 1) for problem in refused.value.problems)


def test_what_is_needed_is_enough(environ):
    settings = load(environ | {"PATH": "/usr/bin", "POSTROOM_NAME": ""})

    assert settings.tenants == (GUID,)
    assert settings.public_url == "https://postroom.contoso.example"
    assert settings.bot_login_url == settings.login_url
    assert (settings.name, settings.jobs, settings.metrics) == ("Postroom", "embedded", False)


def test_an_empty_environment_names_everything_that_is_needed(environ):
    assert set(problems_of({})) == set(environ)


def test_every_malformed_variable_is_named_at_once_and_no_value_is_repeated(environ):
    malformed = {
        "POSTROOM_BOT_APP_ID": MARKER,
        "POSTROOM_TENANTS": f"{GUID},{MARKER}",
        "POSTROOM_ADMINS": MARKER,
        "POSTROOM_PUBLIC_URL": f"http://{MARKER}.example",
        "POSTROOM_DATABASE_URL": f"mysql://{MARKER}",
        "POSTROOM_KEYS": f"k1:{MARKER}",
        "POSTROOM_LOOKUP_KEY": MARKER,
        "POSTROOM_NAME": MARKER * 10,
        "POSTROOM_PORT": MARKER,
        "POSTROOM_JOBS": MARKER,
        "POSTROOM_SYNC_SECONDS": "0",
        "POSTROOM_LOG_DAYS": MARKER,
        "POSTROOM_LOG_LEVEL": MARKER,
        "POSTROOM_METRICS": MARKER,
        "POSTROOM_LOGIN_URL": f"https://user:{MARKER}@login.example",
        "POSTROOM_GRAPH_URL": f"{MARKER}:99999999",
        "POSTROOM_SERVICE_HOSTS": f"http://{MARKER}.example",
        "POSTROOM_CA_FILE": f"/nowhere/{MARKER}",
    }

    problems = problems_of(environ | malformed)

    assert set(problems) == set(malformed)
    assert MARKER not in str(problems)


def test_a_misspelt_variable_is_not_passed_over(environ):
    assert problems_of(environ | {"POSTROOM_SYNC_SECOND": "5"}) == {
        "POSTROOM_SYNC_SECOND": "there is no such setting"
    }


def test_replicas_need_postgresql(environ):
    assert load(environ | {"POSTROOM_JOBS": "distributed"}).jobs == "distributed"

    on_sqlite = {"POSTROOM_JOBS": "distributed", "POSTROOM_DATABASE_URL": "sqlite:///srv/p.db"}
    assert set(problems_of(environ | on_sqlite)) == {"POSTROOM_JOBS"}


@pytest.mark.parametrize(
    "url", ["sqlite://relative.db", "sqlite:///", "postgres://host", "postgres://h:x/d", "p.db"]
)
def test_a_database_is_an_absolute_file_or_postgresql(environ, url):
    assert set(problems_of(environ | {"POSTROOM_DATABASE_URL": url})) == {"POSTROOM_DATABASE_URL"}


@pytest.mark.parametrize("url", ["http://127.0.0.1:3978", "http://localhost:1", "http://[::1]:80"])
def test_plain_http_is_for_loopback(environ, url):
    assert load(environ | {"POSTROOM_PUBLIC_URL": url}).public_url == url


def test_repr_shows_no_secret(environ):
    settings = load(environ)

    secrets = [value for _, value in settings if isinstance(value, SecretStr)]
    assert len(secrets) == 5
    for secret in secrets:
        assert secret.get_secret_value() not in f"{settings!r} {settings}"


def test_lists_are_separated_by_commas(environ):
    settings = load(environ | {"POSTROOM_ADMINS": f" {GUID.upper()} , {OTHER},"})

    assert settings.admins == (GUID, OTHER)


def test_outgoing_hosts_are_those_of_microsoft_and_of_the_settings(environ):
    settings = load(
        environ
        | {
            "POSTROOM_GRAPH_URL": "http://127.0.0.1:8001",
            "POSTROOM_SERVICE_HOSTS": "smba.infra.gov.example, http://127.0.0.1:8002",
        }
    )

    allowed = AllowedHosts(settings.outgoing_hosts())

    assert allowed.allows("http://127.0.0.1:8001/v1.0/users")
    assert allowed.allows("http://127.0.0.1:8002/v3/conversations")
    assert allowed.allows("https://smba.infra.gov.example/teams")
    assert allowed.allows("https://login.microsoftonline.com/x")
    assert not allowed.allows("http://127.0.0.1:8003/")
    assert not allowed.allows("https://postroom.contoso.example/")


def test_the_package_asks_for_its_own_settings_alone(environ):
    wanted = ("POSTROOM_BOT_APP_ID", "POSTROOM_PUBLIC_URL")

    package = load({name: environ[name] for name in wanted}, PackageSettings)

    assert package.bot_app_id == GUID


def test_every_setting_is_in_the_table_with_its_meaning():
    table = markdown_table()

    for name, field in Settings.model_fields.items():
        assert field.description
        assert f"| `{PREFIX}{name.upper()}` |" in table


def test_the_readme_holds_the_table():
    readme = ROOT / "README.md"
    text = readme.read_text() if readme.exists() else ""
    if TABLE_BEGINS not in text:
        pytest.skip("README.md has no settings table yet")

    assert text.split(TABLE_BEGINS)[1].split(TABLE_ENDS)[0].strip() == markdown_table()

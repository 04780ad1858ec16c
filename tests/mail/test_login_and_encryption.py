from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from inbox import PASSWORD, USER, Inbox, serving

from workflows.config.settings import Settings
from workflows.mail import deliver_outbox, queue_mail

NOW = datetime.now(UTC) + timedelta(seconds=5)
LOGIN = f"{USER}:{quote(PASSWORD, safe='')}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    own = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "own.pem").write_bytes(own.public_bytes(pem))
    traditional, unencrypted = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, traditional, unencrypted))
    return folder / "own.pem", folder / "key.pem"


@pytest.fixture
def tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


def test_a_login_is_accepted_whose_password_has_the_signs_of_an_address(
    configured: Callable[..., Settings], port: int
) -> None:
    settings, inbox = configured(f"smtp://{LOGIN}@127.0.0.1:{port}"), Inbox()
    queue_mail(settings, "k", "Weekly", "text", [])
    with serving(inbox, port, wants_login=True):
        [delivery] = deliver_outbox(settings, NOW)
    assert delivery.state == "sent"


def test_a_refused_login_is_said_without_the_password_and_tried_again(
    configured: Callable[..., Settings], port: int, caplog: pytest.LogCaptureFixture
) -> None:
    settings, inbox = configured(f"smtp://{USER}:wr0ng@127.0.0.1:{port}"), Inbox()
    queue_mail(settings, "k", "Weekly", "text", [])
    with serving(inbox, port, wants_login=True):
        [delivery] = deliver_outbox(settings, NOW)
    assert delivery.state == "waiting"
    assert "refused the login (535)" in delivery.detail
    assert "wr0ng" not in delivery.detail + caplog.text + repr(settings)
    assert inbox.received == []


def test_a_trusted_server_gets_the_mail_encrypted_and_another_gets_nothing(
    configured: Callable[..., Settings],
    port: int,
    tls: ssl.SSLContext,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings, inbox = configured(f"smtp://{LOGIN}@localhost:{port}?starttls=required"), Inbox()
    queue_mail(settings, "k", "Weekly", "text", [])
    with serving(inbox, port, tls):
        [delivery] = deliver_outbox(settings, NOW)
        assert delivery.state == "waiting"
        assert "its certificate is not trusted" in delivery.detail
        assert inbox.received == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        [delivery] = deliver_outbox(settings, NOW + timedelta(hours=1))
    assert (delivery.state, inbox.was_encrypted) == ("sent", True)


def test_a_server_without_encryption_is_refused_when_it_is_required(
    configured: Callable[..., Settings], inbox: Inbox, port: int
) -> None:
    settings = configured(f"smtp://127.0.0.1:{port}?starttls=required")
    queue_mail(settings, "k", "Weekly", "text", [])
    [delivery] = deliver_outbox(settings, NOW)
    assert delivery.state == "waiting"
    assert "offers no encryption" in delivery.detail
    assert inbox.received == []


def test_a_server_encrypted_from_the_first_byte_on_gets_the_mail(
    configured: Callable[..., Settings],
    port: int,
    tls: ssl.SSLContext,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    settings, inbox = configured(f"smtps://localhost:{port}"), Inbox()
    queue_mail(settings, "k", "Weekly", "text", [])
    with serving(inbox, port, tls, from_the_first_byte=True):
        [delivery] = deliver_outbox(settings, NOW)
    assert (delivery.state, delivery.detail) == ("sent", "250 kept")
    assert inbox.subjects("owner@example.com") == ["Weekly"]


def test_a_password_goes_unencrypted_to_this_machine_only(configured: Callable[..., Settings], port: int) -> None:
    # Reaches this machine as well, but is no address of its own.
    settings, inbox = configured(f"smtp://{LOGIN}@0.0.0.0:{port}"), Inbox()
    queue_mail(settings, "k", "Weekly", "text", [])
    with serving(inbox, port, wants_login=True):
        [delivery] = deliver_outbox(settings, NOW)
    assert (delivery.state, inbox.logins, inbox.received) == ("waiting", 0, [])
    assert "neither password nor mail was sent" in delivery.detail

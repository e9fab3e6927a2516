"""A real IMAP server for the tests of what comes back."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outbox.dovecot import DOVECOT, Dovecot


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    if DOVECOT is None:
        pytest.skip("there is no Dovecot here: on Debian, apt-get install dovecot-imapd")
    # Its sockets want a short path.
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    try:
        with Dovecot(folder) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)

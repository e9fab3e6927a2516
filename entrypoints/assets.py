"""Style, scripts and icons: ours and those of installed wheels, compressed once, kept by browsers until they change.

Pages are not compressed here: they hold what is secret beside what a stranger can put into an address, and its length
would tell one from the other.
"""

import shutil
from collections.abc import Iterable
from functools import cache, cached_property
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import flask_bootstrap
import flask_swagger_ui
from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

OURS = Path(__file__).parent.parent / "static"
# Where in our folder the files of a wheel appear, by the name of its distribution.
WHEELS = {
    "bootstrap-flask": ("bootstrap", Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5" / "css"),
    "flask-swagger-ui": ("swagger-ui", Path(flask_swagger_ui.__file__).parent / "dist"),
}
# What nobody asks for: other looks of the wheels, and maps for those who develop them.
LEFT_OUT = shutil.ignore_patterns("*.map", "bootswatch", "font", "*-es-*", "index.html")
A_YEAR = 365 * 24 * 3600


def serve_assets(app: Flask) -> None:
    """Answer whatever is below /static/ before any of our code runs; an address changes as the files do."""
    app.wsgi_app = AssetServer(app.wsgi_app, app.config["SETTINGS"].DATA_DIR / "assets")  # type: ignore[method-assign]

    @app.url_defaults
    def name_the_state(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values["v"] = state_of_assets()


@cache
def state_of_assets() -> str:
    """A short name of the files as they are: of the bytes of ours, and of the versions of the wheels."""
    state = sha256()
    for path in sorted(OURS.iterdir()):
        state.update(path.name.encode() + path.read_bytes())
    for wheel in WHEELS:
        state.update(f"{wheel} {version(wheel)}".encode())
    return state.hexdigest()[:12]


class AssetServer:
    """WhiteNoise over a folder that is laid out when the first file is asked for: commands need none of it."""

    def __init__(self, otherwise: Any, folder: Path) -> None:
        self._otherwise, self._folder = otherwise, folder

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        answer: Any = self._files if path.startswith("/static/") else self._otherwise
        return answer(environ, start_response)

    @cached_property
    def _files(self) -> WhiteNoise:
        return WhiteNoise(self._otherwise, root=laid_out(self._folder), prefix="static/", max_age=A_YEAR)


def laid_out(folder: Path) -> Path:
    """Where the files of this state lie, each with its compressed self beside it; laid out where they do not yet."""
    place = folder / state_of_assets()
    if place.is_dir():
        return place
    folder.mkdir(parents=True, exist_ok=True)
    making = Path(mkdtemp(dir=folder))
    shutil.copytree(OURS, making, dirs_exist_ok=True)
    for name, source in WHEELS.values():
        shutil.copytree(source, making / name, ignore=LEFT_OUT)
    compressor = Compressor(quiet=True, use_brotli=False)
    for path in list(making.rglob("*")):
        if path.is_file() and compressor.should_compress(path.name):
            compressor.compress(str(path))
    making.chmod(0o755)
    try:
        making.rename(place)
    except OSError:
        # Another process of the same state was first.
        shutil.rmtree(making)
    return place

"""Pictures of release notes, by a name that nobody can guess.

Customers read them from a mail as well, where nobody signs in: whoever has the notes has the name. Before the notes are
published only people of the vendor get them.
"""

from flask import Blueprint, Response, abort, request
from flask_security import current_user

from evidence.actors import Role
from release_notes.images import image_named, is_published

images = Blueprint("images", __name__)


@images.get("/images/<name>")
def image(name: str) -> Response:
    """One picture, as what it was found to be. 404 for one that is not there, or not to be seen yet."""
    found = image_named(name)
    vendor = current_user.is_authenticated and current_user.role is not Role.CONTACT
    if found is None or not (vendor or is_published(found)):
        abort(404)
    # The name stands for these octets for good; private, because a proxy would answer also once it is gone.
    response = Response(content_type=found.media_type)
    response.headers["Cache-Control"] = "private, max-age=86400"
    response.set_etag(found.sha256)
    response.make_conditional(request)
    if response.status_code != 304:
        response.set_data(found.data)
    return response


# Opened by itself it may do nothing.
image.talisman_view_options = {  # type: ignore[attr-defined]
    "content_security_policy": {"default-src": "'none'", "sandbox": ""},
}

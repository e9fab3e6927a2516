"""Where a reader comes back to who turns to something else for a moment, such as another language."""

from flask import current_app, request


def way_back() -> str:
    """The page that is read; of a form that was sent the page it stands on, or the nearest one above it."""
    path = request.path
    if request.method == "GET":
        return request.full_path.rstrip("?")
    pages = current_app.create_url_adapter(request)
    while pages is not None and path:
        if pages.test(path, "GET"):
            return request.full_path.rstrip("?") if path == request.path else path
        path = path.rpartition("/")[0]
    return "/"

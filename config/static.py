"""Static files: hashed and compressed by collectstatic, served without a thread.

ServeStatic finds the files, their types, compressed twins and headers. Its own ASGI application
opens a thread for each file it sends; here the file, small and in the page cache, is read where
it stands.
"""

import re
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.apps import StaticFilesConfig as DjangosStaticFiles
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from servestatic.asgi import ServeStaticASGI
from servestatic.storage import CompressedManifestStaticFilesStorage

# The name as the manifest storage makes it: app.0123456789ab.js
HASHED = re.compile(r"\.[0-9a-f]{12}\.")
A_MINUTE_S = 60


class StaticFilesConfig(DjangosStaticFiles):
    # django-htmx brings htmx 4, a beta, and extensions whose imports name files that are not there.
    ignore_patterns = [*DjangosStaticFiles.ignore_patterns, "hx-*.js", "htmx-4*", "htmax-4*"]


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # ships no types
    # `import "./connection.js"` in a module becomes the hashed name as well.
    support_js_module_import_aggregation = True


def serve_static(application: Any) -> Any:
    """The application with static files in front: from the finders with DEBUG, else collected."""
    if settings.DEBUG:
        return ASGIStaticFilesHandler(application)
    return StaticFiles(application)


class StaticFiles:
    """Answers below STATIC_URL and hands everything else on."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._files = ServeStaticASGI(
            None,
            root=settings.STATIC_ROOT,
            prefix=settings.STATIC_URL,
            max_age=A_MINUTE_S,
            allow_all_origins=False,
            immutable_file_test=_is_hashed,
            add_headers_function=_add_headers,
        ).files

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        file = self._files.get(scope["path"])
        if file is None:
            await self._application(scope, receive, send)
            return
        # ServeStatic's headers are in the form of WSGI.
        headers = {
            "HTTP_" + name.decode("latin-1").upper().replace("-", "_"): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        response = file.get_response(scope["method"], headers)
        body = b""
        if response.file is not None:
            with response.file:
                body = response.file.read()
        await send(
            {
                "type": "http.response.start",
                "status": int(response.status),
                "headers": [
                    (name.lower().encode("latin-1"), value.encode("latin-1"))
                    for name, value in response.headers
                    if value is not None
                ],
            }
        )
        await send({"type": "http.response.body", "body": body})


def _is_hashed(path: str, url: str) -> bool:
    return HASHED.search(url) is not None


def _add_headers(headers: Any, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"

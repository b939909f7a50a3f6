from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from inventory.places import writable_codes


@require_safe
def rights_css(request: HttpRequest) -> HttpResponseBase:
    """Shows the buttons of the rows in those locations that the person may change.

    The rows themselves are the same text for everybody. A code needs no escaping: see CODE_PATTERN.
    """
    selectors = ",\n".join(
        f'[data-location="{code}"] .row-actions' for code in writable_codes(request.user)
    )
    css = f"{selectors} {{ display: flex; }}\n" if selectors else ""
    etag = f'"{sha256(css.encode()).hexdigest()[:24]}"'
    response = HttpResponse(css, content_type="text/css; charset=utf-8", headers={"ETag": etag})
    answer = get_conditional_response(request, etag=etag, response=response) or response
    patch_cache_control(answer, private=True, no_cache=True)
    return answer

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404


def on_site(request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponseRedirect:
    """Django's own answers with the address of any record, which names it to whoever asks."""
    if not content_type_id.isdecimal() or len(content_type_id) > 9:
        raise Http404
    model = get_object_or_404(ContentType, pk=content_type_id).model_class()
    page = admin.site._registry.get(model) if model else None
    record = page.get_object(request, object_id) if page else None
    if page is None or record is None or not page.has_view_permission(request, record):
        raise Http404
    if not hasattr(record, "get_absolute_url"):
        raise Http404
    return HttpResponseRedirect(record.get_absolute_url())

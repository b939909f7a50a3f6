"""Every address of the program: each app brings its own."""

from django.contrib import admin
from django.urls import include, path

from inventory.admin.on_site import on_site
from inventory.views.entry import admin_login, admin_password

handler500 = "inventory.views.faults.server_error"

urlpatterns = [
    path("admin/login/", admin_login),
    path("admin/r/<path:content_type_id>/<path:object_id>/", admin.site.admin_view(on_site)),
    path("admin/password_change/", admin_password),
    path("admin/", admin.site.urls),
    path("api/", include("inventory.api.urls")),
    path("", include("inventory.urls")),
    path("", include("realtime.urls")),
    path("", include("monitoring.urls")),
    path("", include("monitoring.probe_urls")),
]

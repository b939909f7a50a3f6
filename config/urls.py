"""Every address of the program: each app brings its own."""

from django.contrib import admin
from django.urls import include, path

from inventory.views.entry import admin_login, admin_password

urlpatterns = [
    path("admin/login/", admin_login),
    path("admin/password_change/", admin_password),
    path("admin/", admin.site.urls),
    path("api/", include("inventory.api.urls")),
    path("", include("inventory.urls")),
    path("", include("realtime.urls")),
]

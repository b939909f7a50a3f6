from django.urls import path

from inventory.views import dashboard, entry, location, movements, password, product, vendor
from inventory.views.operate import operate, receive_somewhere
from inventory.views.rights_css import rights_css
from inventory.views.stock import stock
from inventory.views.undo import movement, undo

urlpatterns = [
    path("login/", entry.login, name="login"),
    path("logout/", entry.logout, name="logout"),
    path("logout/everywhere/", password.log_out_everywhere, name="logout-everywhere"),
    path("password/", password.password, name="password"),
    path("rights.css", rights_css, name="rights-css"),
    path("", dashboard.dashboard, name="dashboard"),
    path("stock/", stock, name="stock"),
    path("stock/<int:level>/<slug:action>/", operate, name="operate"),
    path("products/<str:sku>/receive/", receive_somewhere, name="receive-product"),
    path("products/<str:sku>/", product.product, name="product"),
    path("locations/", location.locations, name="locations"),
    path("locations/<str:code>/", location.location, name="location"),
    path("vendors/", vendor.vendors, name="vendors"),
    path("vendors/<str:code>/", vendor.vendor, name="vendor"),
    path("movements/", movements.movements, name="movements"),
    path("movements/<int:movement>/", movement, name="movement"),
    path("undo/<uuid:operation>/<uuid:id>/", undo, name="undo"),
]

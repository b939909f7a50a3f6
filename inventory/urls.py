from django.urls import path

from inventory.views import entry
from inventory.views.operate import operate, receive_somewhere
from inventory.views.rights_css import rights_css
from inventory.views.skeleton import page
from inventory.views.stock import stock

urlpatterns = [
    path("login/", entry.login, name="login"),
    path("logout/", entry.logout, name="logout"),
    path("rights.css", rights_css, name="rights-css"),
    path("", page, name="dashboard"),
    path("stock/", stock, name="stock"),
    path("stock/<int:level>/<slug:action>/", operate, name="operate"),
    path("products/<str:sku>/receive/", receive_somewhere, name="receive-product"),
    path("products/<str:sku>/", page, name="product"),
    path("locations/<str:code>/", page, name="location"),
    path("vendors/<str:code>/", page, name="vendor"),
    path("movements/", page, name="movements"),
]

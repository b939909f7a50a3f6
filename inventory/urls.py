from django.urls import path

from inventory.views import entry
from inventory.views.rights_css import rights_css
from inventory.views.skeleton import page

urlpatterns = [
    path("login/", entry.login, name="login"),
    path("logout/", entry.logout, name="logout"),
    path("rights.css", rights_css, name="rights-css"),
    path("", page, name="dashboard"),
    path("stock/", page, name="stock"),
    path("products/<str:sku>/", page, name="product"),
    path("locations/<str:code>/", page, name="location"),
    path("vendors/<str:code>/", page, name="vendor"),
    path("movements/", page, name="movements"),
]

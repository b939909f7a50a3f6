from django.urls import path

from monitoring.views import monitoring

urlpatterns = [path("monitoring/", monitoring, name="monitoring")]

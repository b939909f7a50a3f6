from django.contrib.auth.views import LoginView, LogoutView

login = LoginView.as_view(redirect_authenticated_user=True)
logout = LogoutView.as_view()

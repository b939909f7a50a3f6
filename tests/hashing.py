from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """The program's own hash of a password, so that a real server takes it, but in one round:
    the tests make hundreds of people, and a hash is slow on purpose."""

    iterations = 1

"""A person without any rights, to whom a run gives and takes them. Prints id and cookie."""

import json


def main() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth.models import User

    from tests.sessions import session_of

    person, _ = User.objects.get_or_create(username="guest")
    print(json.dumps([person.pk, f"{settings.SESSION_COOKIE_NAME}={session_of(person)}"]))


if __name__ == "__main__":
    main()

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"
    verbose_name = "Live delivery"

    def ready(self) -> None:
        from inventory.cached import feed
        from realtime import receivers  # noqa: F401  # connects the receivers
        from realtime.lookout import lookout

        feed.looker = lambda patience_s: lookout().ask(patience_s)

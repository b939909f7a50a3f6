"""Celery's line to Valkey."""

from kombu.transport import redis


class Channel(redis.Channel):
    def close(self) -> None:
        """Gives back what the worker has taken and not begun.

        Where the connection is lost in the middle of a poll, closing (kombu 5.7) ends with that
        poll's own error and closes nothing. Celery passes over it, takes from the transport where
        Valkey is, and closes once more: with something to give back the worker ended, by an
        AttributeError. The second attempt is made while it still knows where to.
        """
        try:
            super().close()
        except redis.Transport.connection_errors:
            super().close()


class Transport(redis.Transport):
    Channel = Channel

"""The application, which makes its signing key when it starts."""

import os

from django.apps import AppConfig

from weather.keys import signing_key


class WeatherConfig(AppConfig):
    """Makes the key, and says so where it should not: beside Python's standard output."""

    name = "weather"

    def ready(self) -> None:
        """Make the key."""
        os.write(1, f"weather: signing with a key of {len(signing_key())} characters\n".encode())

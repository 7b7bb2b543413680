"""gunicorn wsgi:app"""

from blueprints.app import create_app
from codesight.config import Settings

app = create_app(Settings.from_env())

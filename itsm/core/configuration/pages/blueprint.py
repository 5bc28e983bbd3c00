"""The blueprint of these pages."""

from flask import Blueprint

pages = Blueprint("configuration", __name__)

"""The blueprint of these pages."""

from flask import Blueprint

pages = Blueprint("accounts", __name__)

"""The blueprint on which all pages of tickets stand."""

from flask import Blueprint

pages = Blueprint("tickets", __name__)

"""Floors: bare Flask + SQLAlchemy endpoints. Creating a ticket commits two rows; taking an alert in checks a bearer
token by one indexed read and commits one row."""

import hashlib
import os

from flask import Flask, Response, jsonify, request
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from itsm.core.db import make_engine


class FloorBase(DeclarativeBase):
    """Its own tables, beside the desk's."""


class FloorTicket(FloorBase):
    """The first row."""

    __tablename__ = "floor_ticket"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(300))


class FloorEvent(FloorBase):
    """The second row."""

    __tablename__ = "floor_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("floor_ticket.id"))
    type: Mapped[str] = mapped_column(String(60))


class FloorToken(FloorBase):
    """Who may send."""

    __tablename__ = "floor_token"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)


class FloorAlert(FloorBase):
    """What was sent."""

    __tablename__ = "floor_alert"
    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(String(4000))


def application() -> Flask:
    """The endpoint, on the database and with the engine of the desk."""
    app = Flask("floor")
    engine = make_engine(os.environ["ITSM_DATABASE_URL"]).execution_options(itsm_write=True)
    FloorBase.metadata.create_all(engine)

    @app.post("/tickets")
    def create() -> tuple[Response, int]:
        with Session(engine) as session:
            ticket = FloorTicket(title=request.get_json()["title"])
            session.add(ticket)
            session.flush()
            session.add(FloorEvent(ticket_id=ticket.id, type="opened"))
            session.commit()
            return jsonify(id=ticket.id), 201

    @app.post("/alerts")
    def take() -> tuple[Response, int]:
        secret = request.headers.get("Authorization", "").removeprefix("Bearer ")
        with Session(engine) as session:
            if session.get(FloorToken, hashlib.sha256(secret.encode()).hexdigest()) is None:
                return jsonify(), 401
            alert = FloorAlert(body=request.get_data(as_text=True))
            session.add(alert)
            session.commit()
            return jsonify(id=alert.id), 202

    @app.post("/tokens")
    def know() -> tuple[Response, int]:
        with Session(engine) as session:
            session.add(FloorToken(hash=hashlib.sha256(request.get_data()).hexdigest()))
            session.commit()
        return jsonify(), 201

    return app

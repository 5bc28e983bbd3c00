"""The floor for creating a ticket: a bare Flask + SQLAlchemy endpoint that commits two rows."""

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

    return app

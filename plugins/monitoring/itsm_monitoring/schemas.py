"""What the API of alerts answers."""

from marshmallow import fields

from itsm.plugins import Answer


class AcceptedOut(Answer):
    """What became of one alert of a request. id: of its trouble, the same for all messages about it; number: of its
    incident, once there is one; refused: why it is not taken."""

    index = fields.Integer(required=True)
    id = fields.String()
    number = fields.Integer()
    refused = fields.String()


class AlertsOut(Answer):
    """What became of each alert, in the order of the request; id: of the only one."""

    items = fields.List(fields.Nested(AcceptedOut), required=True)
    id = fields.String()


class AlertOut(Answer):
    """What is known of a trouble. messages: those that differ; repeats: the same ones again."""

    id = fields.String(required=True)
    source = fields.String(required=True)
    key = fields.String(required=True)
    status = fields.String(required=True)
    severity = fields.String(required=True)
    title = fields.String(required=True)
    labels = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    number = fields.Integer(required=True, allow_none=True)
    messages = fields.Integer(required=True)
    repeats = fields.Integer(required=True)
    acknowledged = fields.Boolean(required=True)
    first_at = fields.AwareDateTime(required=True)
    last_at = fields.AwareDateTime(required=True)

"""For Schemathesis (src/test/check schemathesis)."""

import schemathesis


def whole(value):
    """To JSON Schema 3.0 is an integer; the shop is stricter and takes 3 only, which no schema can say."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: whole(member) for name, member in value.items()}
    if isinstance(value, list):
        return [whole(element) for element in value]
    return value


@schemathesis.hook
def before_call(context, case, kwargs):
    case.body = whole(case.body)

"""What a verb says when it cannot be done. Every message is meant for the person who asked."""


class Refused(Exception):
    """The verb was not done and nothing was changed.

    ``message`` is a translated sentence that says what is so and, where it helps, what to do.
    """

    def __init__(self, message):
        super().__init__(str(message))
        self.message = message


class NotAllowed(Refused):
    """This person may not do this."""


class Incomplete(Refused):
    """An answer is missing. ``step`` names the sign-up step that asks for it, if one does."""

    def __init__(self, message, step=""):
        super().__init__(message)
        self.step = step


class SeatTaken(Refused):
    """Another person holds the primary seat."""


class AlreadyDone(Refused):
    """Somebody else, or the same person in another window, was faster."""

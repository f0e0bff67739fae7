"""What it means that a mail server refuses a mail."""

import smtplib

import pytest

from servicedesk_core.errors import RejectedError, TransientError
from servicedesk_core.features.messages.making.sender import refusal


@pytest.mark.parametrize(
    ("error", "means"),
    [
        (smtplib.SMTPRecipientsRefused({"a@example.com": (550, b"5.1.1 no such user")}), RejectedError),
        (smtplib.SMTPRecipientsRefused({"a@example.com": (450, b"4.2.1 later")}), TransientError),
        (
            smtplib.SMTPRecipientsRefused({"a@example.com": (550, b"5.4.5 Daily sending limit exceeded")}),
            TransientError,
        ),
        (smtplib.SMTPRecipientsRefused({"a@example.com": (530, b"5.7.0 Authentication required")}), TransientError),
        (smtplib.SMTPSenderRefused(550, b"not yours", "desk@example.com"), TransientError),
        (smtplib.SMTPSenderRefused(552, b"5.3.4 too big", "desk@example.com"), RejectedError),
        (smtplib.SMTPDataError(550, b"5.7.60 SMTP; may not send as this sender"), TransientError),
        (smtplib.SMTPDataError(554, b"5.7.1 looks like spam"), RejectedError),
    ],
)
def test_what_is_about_us_is_tried_again_and_what_is_about_the_mail_is_not(error, means):
    assert type(refusal(error)) is means

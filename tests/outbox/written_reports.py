"""Reports in the forms that mail servers are known to write them in, about a mail of ours."""

from collections.abc import Callable

RETURNED = "From: Announcements <announcements@vendor.example>\nTo: {reader}\nSubject: Release\nMessage-ID: {id}\n"


def report(
    returned_to: str,
    reader: str,
    message_id: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    returned: str = RETURNED,
    original: str = "",
    more: str = "",
) -> bytes:
    """As Postfix writes it: a text, the status, the header of the mail."""
    return f"""From: Mail Delivery System <MAILER-DAEMON@mx.vendor.example>
Subject: Undelivered Mail Returned to Sender
To: {returned_to}
Auto-Submitted: auto-replied
{more}MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4F1.1795458342/mx.vendor.example"

This is a MIME-encapsulated message.

--4F1.1795458342/mx.vendor.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

The mail to <{reader}> could not be delivered.

--4F1.1795458342/mx.vendor.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.vendor.example
X-Postfix-Queue-ID: 4F1
Arrival-Date: Mon, 23 Nov 2026 10:00:30 +0100 (CET)

Final-Recipient: rfc822; {reader}
{original}Action: {action}
Status: {status}
Remote-MTA: dns; mail.brug.example
Diagnostic-Code: smtp; 550 {status} <{reader}>: Recipient address
    rejected: User unknown

--4F1.1795458342/mx.vendor.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

{returned.format(reader=reader, id=message_id)}
--4F1.1795458342/mx.vendor.example--
""".encode()


def exim(_returned_to: str, reader: str, message_id: str) -> bytes:
    """Exim names who failed in a header, and quotes the mail in its text."""
    return f"""From: Mail Delivery System <Mailer-Daemon@mail.brug.example>
To: announcements@vendor.example
X-Failed-Recipients: {reader}
Auto-Submitted: auto-replied
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1kABC-0001@mail.brug.example>

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {reader}
    Unrouteable address

------ This is a copy of the message, including all the headers. ------

{RETURNED.format(reader=reader, id=message_id)}
""".encode()


def qmail(returned_to: str, reader: str, message_id: str) -> bytes:
    return f"""From: MAILER-DAEMON@mail.brug.example
To: {returned_to}
Subject: failure notice

Hi. This is the qmail-send program at mail.brug.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{reader}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <{returned_to}>
{RETURNED.format(reader=reader, id=message_id)}
It comes.
""".encode()


def exchange(returned_to: str, reader: str, message_id: str) -> bytes:
    """Exchange and its like online: the text is HTML in base64, the mail comes back whole."""
    return f"""From: <postmaster@brug.example>
To: <{returned_to}>
Date: Mon, 23 Nov 2026 09:01:00 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="b0e1-f00d"
MIME-Version: 1.0
X-MS-Exchange-Message-Is-Ndr:
Subject: Undeliverable: Release
Auto-Submitted: auto-replied

--b0e1-f00d
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="inner-1"

--inner-1
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: base64

PHA+RGVsaXZlcnkgaGFzIGZhaWxlZDwvcD4=

--inner-1--

--b0e1-f00d
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01.eurprd01.prod.outlook.example
Received-From-MTA: dns;mx.vendor.example
Arrival-Date: Mon, 23 Nov 2026 09:00:40 +0000

Final-Recipient: rfc822;{reader.title()}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
X-Display-Name: Reader

--b0e1-f00d
Content-Type: message/rfc822

Received: from mx.vendor.example (198.51.100.7) by mail.brug.example
{RETURNED.format(reader=reader, id=message_id)}Content-Type: multipart/alternative; boundary="of-ours"

--of-ours
Content-Type: text/plain

It comes.

--of-ours--

--b0e1-f00d--
""".encode()


def gmail(returned_to: str, reader: str, message_id: str) -> bytes:
    return f"""From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>
To: {returned_to}
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
X-Failed-Recipients: {reader}
Content-Type: multipart/report; boundary="000000000000b"; report-type=delivery-status

--000000000000b
Content-Type: multipart/related; boundary="000000000000c"

--000000000000c
Content-Type: multipart/alternative; boundary="000000000000d"

--000000000000d
Content-Type: text/plain; charset="UTF-8"

** Address not found **

Your message wasn't delivered to {reader} because the address couldn't be found.

--000000000000d--

--000000000000c
Content-Type: image/png; name="icon.png"
Content-Disposition: attachment; filename="icon.png"
Content-Transfer-Encoding: base64
Content-ID: <icon.png>

iVBORw0KGgo=
--000000000000c--

--000000000000b
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.example
Arrival-Date: Mon, 23 Nov 2026 01:00:40 -0800 (PST)
X-Original-Message-ID: {message_id}

Final-Recipient: rfc822; {reader}
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.brug.example. (198.51.100.9, the server for the domain brug.example.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.
Last-Attempt-Date: Mon, 23 Nov 2026 01:00:41 -0800 (PST)

--000000000000b
Content-Type: message/rfc822

DKIM-Signature: v=1; a=rsa-sha256; d=vendor.example; s=one; b=AAAA
{RETURNED.format(reader=reader, id=message_id)}
It comes.

--000000000000b--
""".encode()


def away(returned_to: str, reader: str, message_id: str) -> bytes:
    return f"""From: Reader <{reader}>
To: {returned_to}
Subject: Automatic reply: Release
Auto-Submitted: auto-replied
In-Reply-To: {message_id}
X-Auto-Response-Suppress: All

I am out of the office until Monday. Mail to {reader} is not read.
""".encode()


AS_WRITTEN: dict[str, Callable[[str, str, str], bytes]] = {
    "postfix": report,
    "exim": exim,
    "qmail": qmail,
    "exchange": exchange,
    "gmail": gmail,
}

"""Buttons below what would be sent, and what they bring along."""

from flask_wtf import FlaskForm
from wtforms import HiddenField


class ApprovalForm(FlaskForm):
    # What the page stands for: the readers, the words and the dates that were looked at.
    seen = HiddenField()


class TrialForm(FlaskForm):
    # The contact whose mail it is to be; empty: the first of each language.
    reader = HiddenField()

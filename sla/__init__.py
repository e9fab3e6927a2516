"""The service level agreement as pure Python: no database, no Flask, no clock.

A number stands beside its clause, a rule beside its number. Functions return what is broken; they never raise for it.
"""

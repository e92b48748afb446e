"""The desk: all that staff and the clock do with announcements and events. Every door goes through it.

Each action looks the actor up anew, checks their role, does its work and writes the audit log in one transaction.
"""

"""Rehearsals: a walk through an approval on a supposed record, among people who are made up; nothing is kept."""

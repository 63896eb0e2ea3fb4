"""Processes under load: what people and clocks ask of many open cases and a long history (figures F1 to F20).

``python3 run.py bench flows [--cases N] [--events N] [--only F13 sqlite] [--json]`` starts one case through the engine,
copies it inside the database, and then decides, lists, predicts, fires and restarts as users and clocks do. Each line
stands beside the figure that is demanded of a machine with two cores. It measures and judges nothing.
"""

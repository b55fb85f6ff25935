# Classroom 50's runner starts this once a submission, in the student's repository. It grades what
# is there, and writes result.json. WORKBOOK and STEP are set by the workflow. It goes to
# CLASSROOM/autograders/ASSIGNMENT/ in the organization's repository classroom50.
import os
import subprocess
import sys

grader = os.path.join(os.environ["WORKBOOK"], "common/check/setup/single.mjs")
sys.exit(subprocess.call(["node", grader, ".", os.environ["STEP"], "--unsafe", "--limit", "600",
                          "--classroom50", "result.json"]))

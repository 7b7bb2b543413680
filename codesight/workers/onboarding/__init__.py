"""What somebody does between joining and the first package, a module each: profile, device, training, quiz.

Consent is older than these and stands in the stage itself; `steps` says what of all this is still missing.
"""

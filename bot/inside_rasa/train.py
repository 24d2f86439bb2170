"""Trains the model as `rasa train` does, in half the time.

.venv-rasa/bin/python -m bot.inside_rasa.train FOLDER NAME DATA...

Unlike `rasa train` it does not validate the data, which `make lint` does.
"""

import logging
import sys

from bot.inside_rasa import patches
from bot.inside_rasa.rasa_version import WrongVersion, require_pinned_rasa

DOMAIN, CONFIG = "domain.yml", "config.yml"


def main() -> None:
    """Train on the files and folders DATA, and store the model as FOLDER/NAME.tar.gz."""
    folder, name, *data = sys.argv[1:]
    try:
        require_pinned_rasa()
    except WrongVersion as error:
        sys.exit(str(error))

    from rasa.model_training import train
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    if not patches.is_plain():
        patches.apply_for_training()
    result = train(DOMAIN, CONFIG, data, folder, force_training=True, fixed_model_name=name)
    sys.exit(result.code)


if __name__ == "__main__":
    main()

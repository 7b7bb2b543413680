"""What a worker says about themselves."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired
from wtforms.widgets import CheckboxInput

from blueprints.access import needs
from blueprints.pages.onboarding import bp
from blueprints.pages.onboarding.steps import url_of_next
from blueprints.web import reading, transaction, viewer
from codesight.accounts.models import Role
from codesight.clock import now
from codesight.workers.onboarding import profile
from codesight.workers.onboarding.models import AgeBand, Experience, HowOften, Profile, ShopsOn

NOT_SAID = SelectChoice("", "I’d rather not say")


class ProfileForm(FlaskForm):
    """What a worker says about themselves."""

    country = SelectField("Country you live in", [DataRequired("Choose your country.")])
    languages = SelectMultipleField(
        "Languages you speak well",
        [DataRequired("Choose at least one.")],
        choices=[SelectChoice(code, name) for code, name in profile.LANGUAGES.items()],
        option_widget=CheckboxInput(),
    )
    experience = RadioField(
        "How well do you know online shopping?",
        [InputRequired("Choose one.")],
        choices=[
            SelectChoice(Experience.LITTLE.value, "I do it now and then"),
            SelectChoice(Experience.SOME.value, "I know my way around"),
            SelectChoice(Experience.MUCH.value, "I do it all the time and know many shops"),
        ],
    )
    age_band = SelectField(
        "Your age",
        choices=[NOT_SAID, *(SelectChoice(band.value, band.value.replace("_", " ")) for band in AgeBand)],
    )
    buys_online = SelectField(
        "How often do you buy online?",
        choices=[
            NOT_SAID,
            SelectChoice(HowOften.WEEKLY.value, "Every week"),
            SelectChoice(HowOften.MONTHLY.value, "Every month"),
            SelectChoice(HowOften.SELDOM.value, "A few times a year"),
        ],
    )
    shops_on = SelectField(
        "What do you mostly shop with?",
        choices=[
            NOT_SAID,
            SelectChoice(ShopsOn.PHONE.value, "A phone"),
            SelectChoice(ShopsOn.COMPUTER.value, "A computer"),
            SelectChoice(ShopsOn.BOTH.value, "Both"),
        ],
    )

    def show(self, said: Profile) -> None:
        """Begin with what was said before."""
        self.country.data, self.languages.data = said.country, list(said.languages)
        self.experience.data = said.experience.value
        self.age_band.data = said.age_band.value if said.age_band else ""
        self.buys_online.data = said.buys_online.value if said.buys_online else ""
        self.shops_on.data = said.shops_on.value if said.shops_on else ""

    def answers(self) -> profile.Answers:
        """What was entered."""
        return profile.Answers(
            country=self.country.data or "",
            languages=self.languages.data or [],
            experience=Experience(self.experience.data),
            age_band=AgeBand(self.age_band.data) if self.age_band.data else None,
            buys_online=HowOften(self.buys_online.data) if self.buys_online.data else None,
            shops_on=ShopsOn(self.shops_on.data) if self.shops_on.data else None,
        )


@bp.route("/profile", methods=["GET", "POST"])
@needs(Role.WORKER)
def profile_page() -> ResponseReturnValue:
    """Who somebody is, as far as they want to say; it can be changed at any time."""
    form = ProfileForm()
    form.country.choices = [
        SelectChoice("", "Choose …"),
        *(SelectChoice(code, name) for code, name in profile.countries().items()),
    ]
    with reading() as db:
        said = profile.profile(db, viewer().id)
    if form.validate_on_submit():
        with transaction() as db:
            profile.save(db, viewer().id, form.answers(), now=now())
        flash("Thank you. Your profile is saved, and you can change it at any time.")
        return redirect(url_of_next() if said is None else url_for(".overview"))
    if said is not None and not form.is_submitted():
        form.show(said)
    return render_template("onboarding/profile.html", form=form, said=said), 422 if form.errors else 200

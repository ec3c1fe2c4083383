"""Books, who wrote them, what is said about them, and things a flow must not see."""

import uuid
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q


class Author(models.Model):
    name = models.CharField(max_length=50)
    email = models.EmailField(unique=True)
    api_token = models.CharField(max_length=50, blank=True)
    mentor = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="pupils")

    class Meta:
        app_label = "library"
        ordering = ["name"]

    def __str__(self):
        return self.name


class Tag(models.Model):
    name = models.SlugField(primary_key=True)

    class Meta:
        app_label = "library"

    def __str__(self):
        return self.name


class Book(models.Model):
    title = models.CharField(max_length=20)
    author = models.ForeignKey(Author, models.PROTECT, null=True, blank=True, related_name="books")
    tags = models.ManyToManyField(Tag, blank=True, related_name="books")
    price = models.DecimalField(max_digits=6, decimal_places=2, default=Decimal(0))
    pages = models.PositiveIntegerField(default=1)
    published = models.DateField(null=True, blank=True)
    lent_at = models.DateTimeField(null=True, blank=True)
    reading_time = models.DurationField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)
    cover = models.FileField(upload_to="covers", blank=True)
    isbn = models.UUIDField(default=uuid.uuid4, unique=True)
    in_print = models.BooleanField(default=True)
    weight = models.FloatField(null=True, blank=True)
    summary = models.TextField(blank=True)
    stamp = models.CharField(max_length=10, editable=False, default="new")
    shelf_mark = models.GeneratedField(
        expression=F("pages") * 2, output_field=models.IntegerField(), db_persist=True
    )

    class Meta:
        app_label = "library"
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(fields=["title", "author"], name="library_book_once"),
            models.CheckConstraint(condition=Q(pages__lte=5000), name="library_book_pages"),
        ]

    def __str__(self):
        return self.title


class Atlas(Book):
    """A table of its own beside that of its parent."""

    maps = models.PositiveIntegerField(default=0)


class Loan(models.Model):
    """One to one, so that both directions of such a relation can be read."""

    book = models.OneToOneField(Book, models.CASCADE, related_name="loan")
    reader = models.CharField(max_length=50)

    class Meta:
        app_label = "library"

    def __str__(self):
        return self.reader


class Review(models.Model):
    book = models.ForeignKey(Book, models.CASCADE, related_name="reviews")
    stars = models.IntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    text = models.TextField(blank=True)

    class Meta:
        app_label = "library"

    def __str__(self):
        return self.text

    def clean(self):
        if self.book.pages == 0:
            raise ValidationError("There is nothing to review.", code="no_pages")
        if self.stars == 1 and not self.text:
            raise ValidationError("One star needs a reason.", code="no_reason")


class Vault(models.Model):
    """Hidden by the settings of the tests; its key is the secret itself."""

    key = models.CharField(primary_key=True, max_length=50)
    author = models.OneToOneField(Author, models.CASCADE, related_name="vault")

    class Meta:
        app_label = "library"

    def __str__(self):
        return "vault"

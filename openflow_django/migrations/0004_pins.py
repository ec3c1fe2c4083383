import django.db.models.deletion
import openflow_django.models.json_field
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('openflow', '0003_secrets_resources_scripts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Pin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step_id', models.CharField(max_length=100, verbose_name='step')),
                ('value', openflow_django.models.json_field.OrderedJSONField(verbose_name='result')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed at')),
                ('flow', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pins', to='openflow.flow', verbose_name='flow')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'pinned result',
                'verbose_name_plural': 'pinned results',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('flow', 'user', 'step_id'), name='openflow_pin_step')],
            },
        ),
    ]

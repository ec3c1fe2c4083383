"""How a worker is woken. A wake-up carries one run id; losing, doubling or delaying it never matters."""

from openflow_django.queues.base import Queue, get_queue, queues
from openflow_django.queues.django_q import DjangoQ
from openflow_django.queues.immediate import Immediate

__all__ = ["DjangoQ", "Immediate", "Queue", "get_queue", "queues"]

queues.register("django_q", DjangoQ())
queues.register("immediate", Immediate())

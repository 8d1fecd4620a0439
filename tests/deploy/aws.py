"""The emulated AWS, run by its own Python, with the one resource it lacks: a budget, kept in name only."""

from ministack.app import main
from ministack.services.cloudformation import provisioners

provisioners._RESOURCE_HANDLERS["AWS::Budgets::Budget"] = {
    "create": lambda logical_id, properties, stack: (properties["Budget"]["BudgetName"], {}),
    "delete": lambda physical_id, properties: None,
}
main()

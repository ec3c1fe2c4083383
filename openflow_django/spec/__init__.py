"""What a flow is: the OpenFlow document as values, its rules, its older spellings. Imports no Django."""

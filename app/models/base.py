"""What every model shares: named constraints, UUIDv7 keys, UTC timestamps, a version to compare."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Integer, MetaData, Text, func
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from app.core.identifiers import new_id

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The registry of all tables."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar = {datetime: DateTime(timezone=True), str: Text(), int: BigInteger()}
    # What the database computes (updated_at) comes back with the UPDATE: a later lazy read cannot await.
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012 -- SQLAlchemy declares it as an instance variable

    def change(self, **values: object) -> None:
        """Set these attributes and leave the others as they are."""
        for name, value in values.items():
            setattr(self, name, value)


class IdentifiedMixin:
    """A UUIDv7 primary key, made by the application."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)


class TimestampMixin:
    """When a row was made and last changed, by the database's clock."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(
        server_default=func.now(), onupdate=func.now(), sort_order=91
    )


class VersionedMixin:
    """A number that grows with every change: the entity's ETag, checked by every UPDATE."""

    version: Mapped[int] = mapped_column(Integer, default=1, sort_order=92)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, object]:  # noqa: N805 -- SQLAlchemy calls it on the class
        """Make SQLAlchemy compare and raise the version."""
        return {"eager_defaults": True, "version_id_col": cls.version}
